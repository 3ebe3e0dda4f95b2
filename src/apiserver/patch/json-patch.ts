import { copyJson, equalJson, getField, isObject, type JsonObject, setField } from '../json.js';
import { badRequest, StatusError } from '../status-error.js';

/** As Kubernetes limits it. */
export const OPERATIONS_MAX = 10_000;

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** RFC 6902. @returns a new document; throws Invalid where an operation does not fit it */
export function jsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch must be a list of operations');
  if (patch.length > OPERATIONS_MAX) {
    const message = `The allowed maximum operations in a JSON patch is ${OPERATIONS_MAX}, got ${patch.length}`;
    throw new StatusError(413, 'RequestEntityTooLarge', message);
  }
  const root = { document: copyJson(document) };
  for (const operation of patch) apply(root, operationOf(operation));
  return root.document;
}

function operationOf(value: unknown): Operation {
  if (!isObject(value) || typeof value['op'] !== 'string' || typeof value['path'] !== 'string') {
    throw badRequest('each operation of a JSON patch needs "op" and "path"');
  }
  return value as unknown as Operation;
}

interface Root {
  document: unknown;
}

function apply(root: Root, { op, path, from = '', value }: Operation): void {
  switch (op) {
    case 'add':
      put(root, path, copyJson(value), op);
      break;
    case 'remove':
      take(root, path, op);
      break;
    case 'replace':
      replace(root, path, copyJson(value), op);
      break;
    case 'move':
      put(root, path, take(root, from, op), op);
      break;
    case 'copy':
      put(root, path, copyJson(read(root, from, op)), op);
      break;
    case 'test':
      if (!equalJson(read(root, path, op), value)) throw failed(`testing path ${path} failed`);
      break;
    default:
      throw badRequest(`unknown operation ${JSON.stringify(op)}: use add, remove, replace, move, copy or test`);
  }
}

/** RFC 6901. */
function tokensOf(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw badRequest(`JSON pointer ${JSON.stringify(pointer)} must start with /`);
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(root: Root, pointer: string, op: string): unknown {
  let value = root.document;
  for (const token of tokensOf(pointer)) {
    if (Array.isArray(value)) value = value[indexOf(token, value.length - 1, pointer, op)];
    else value = isObject(value) ? getField(value, token) : undefined;
    if (value === undefined) throw missing(op, pointer);
  }
  return value;
}

function parentOf(root: Root, pointer: string, op: string): { parent: JsonObject | unknown[]; last: string } {
  const cut = pointer.lastIndexOf('/');
  const parent = read(root, pointer.slice(0, cut), op);
  if (!Array.isArray(parent) && !isObject(parent)) throw missing(op, pointer);
  return { parent, last: tokensOf(pointer.slice(cut))[0]! };
}

function put(root: Root, pointer: string, value: unknown, op: string): void {
  if (pointer === '') {
    root.document = value;
    return;
  }
  const { parent, last } = parentOf(root, pointer, op);
  if (!Array.isArray(parent)) setField(parent, last, value);
  else parent.splice(last === '-' ? parent.length : indexOf(last, parent.length, pointer, op), 0, value);
}

function replace(root: Root, pointer: string, value: unknown, op: string): void {
  read(root, pointer, op);
  if (pointer === '') {
    root.document = value;
    return;
  }
  const { parent, last } = parentOf(root, pointer, op);
  if (Array.isArray(parent)) parent[indexOf(last, parent.length - 1, pointer, op)] = value;
  else setField(parent, last, value);
}

function take(root: Root, pointer: string, op: string): unknown {
  const value = read(root, pointer, op);
  if (pointer === '') throw badRequest('the whole document cannot be removed');
  const { parent, last } = parentOf(root, pointer, op);
  if (Array.isArray(parent)) parent.splice(indexOf(last, parent.length - 1, pointer, op), 1);
  else delete parent[last];
  return value;
}

function indexOf(token: string, max: number, pointer: string, op: string): number {
  if (!/^(0|[1-9]\d*)$/.test(token) || Number(token) > max) throw missing(op, pointer);
  return Number(token);
}

function missing(op: string, pointer: string): StatusError {
  return failed(`${op} operation does not apply: doc is missing path: ${JSON.stringify(pointer)}: missing value`);
}

function failed(why: string): StatusError {
  return new StatusError(422, 'Invalid', `the server rejected our request due to an error in our request: ${why}`, {});
}
