import type { Schema } from '../../resources/schema.js';
import { resolveSchema } from '../../resources/schemas/index.js';
import { copyJson, equalJson, getField, isObject, type JsonObject, setField } from '../json.js';
import { badRequest } from '../status-error.js';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM_PRIMITIVES = '$deleteFromPrimitiveList/';
const SET_ORDER = '$setElementOrder/';

/**
 * Kubernetes' strategic merge: as a JSON merge patch, but lists whose schema has a merge key are merged item by item.
 * Directives: `$patch: replace|delete|merge`, `$retainKeys`, `$deleteFromPrimitiveList/x`, `$setElementOrder/x`.
 * @returns a new document
 */
export function strategicMerge(document: unknown, patch: unknown, schema: Schema | undefined): unknown {
  if (!isObject(patch)) return copyJson(patch);
  return mergeObjects(isObject(document) ? document : {}, patch, schema && resolveSchema(schema));
}

function mergeObjects(original: JsonObject, patch: JsonObject, schema: Schema | undefined): JsonObject {
  const directive = patch[DIRECTIVE];
  if (directive === 'replace') return withoutDirectives(patch);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') {
    throw badRequest(`Invalid value for ${DIRECTIVE}: ${JSON.stringify(directive)}; use replace, delete or merge`);
  }
  const result = retained(original, patch[RETAIN_KEYS]);
  for (const field of Object.keys(patch)) {
    if (field.startsWith(DELETE_FROM_PRIMITIVES)) deletePrimitives(result, field, patch[field]);
  }
  for (const field of fieldsOf(patch)) {
    const value = patch[field] === undefined ? [] : patch[field];
    if (value === null) delete result[field];
    else
      setField(
        result,
        field,
        mergeField(getField(result, field), value, fieldSchema(schema, field), patch[SET_ORDER + field]),
      );
  }
  return result;
}

/** Fields that the patch sets, or only orders. */
function fieldsOf(patch: JsonObject): Set<string> {
  const ordered = Object.keys(patch).filter((field) => field.startsWith(SET_ORDER));
  return new Set([
    ...Object.keys(patch).filter((field) => !field.startsWith('$')),
    ...ordered.map((field) => field.slice(SET_ORDER.length)),
  ]);
}

function mergeField(original: unknown, patch: unknown, schema: Schema | undefined, order: unknown): unknown {
  if (Array.isArray(patch)) {
    return mergeLists(Array.isArray(original) ? original : [], patch, schema, Array.isArray(order) ? order : patch);
  }
  if (isObject(patch)) return mergeObjects(isObject(original) ? original : {}, patch, schema);
  return patch;
}

function mergeLists(
  original: readonly unknown[],
  patch: readonly unknown[],
  schema: Schema | undefined,
  order: readonly unknown[],
): unknown[] {
  const merges = schema?.['x-kubernetes-patch-strategy']?.split(',').includes('merge');
  if (!merges || patch.some((item) => isObject(item) && item[DIRECTIVE] === 'replace')) {
    return patch.filter((item) => !(isObject(item) && item[DIRECTIVE] !== undefined)).map(clean);
  }
  const key = schema?.['x-kubernetes-patch-merge-key'];
  const identity = (item: unknown): unknown => (key !== undefined && isObject(item) ? item[key] : item);
  const result = [...original];
  if (key === undefined) {
    result.push(...patch.filter((item) => !original.some((had) => equalJson(had, item))));
  } else {
    const items = schema?.items && resolveSchema(schema.items);
    for (const item of patch) mergeItem(result, item, key, items);
  }
  return inOrder(result, original.map(identity), order.map(identity), identity);
}

/**
 * Items that the patch names come in its order and the others in theirs; where the two meet, the old order decides, and what is
 * new goes first, as Kubernetes has it.
 */
function inOrder(
  items: readonly unknown[],
  before: readonly unknown[],
  wanted: readonly unknown[],
  identity: (item: unknown) => unknown,
): unknown[] {
  const others = items.filter((item) => !wanted.includes(identity(item)));
  const named = items.filter((item) => wanted.includes(identity(item)));
  named.sort((a, b) => wanted.indexOf(identity(a)) - wanted.indexOf(identity(b)));
  const result: unknown[] = [];
  while (named.length > 0 && others.length > 0) {
    const [left, right] = [before.indexOf(identity(named[0])), before.indexOf(identity(others[0]))];
    const takeOther = left >= 0 && right >= 0 && right < left;
    result.push((takeOther ? others : named).shift());
  }
  return [...result, ...named, ...others];
}

function mergeItem(result: unknown[], patch: unknown, key: string, schema: Schema | undefined): void {
  if (!isObject(patch) || patch[key] === undefined) {
    throw badRequest(`map: ${JSON.stringify(patch)} does not contain declared merge key: ${key}`);
  }
  const index = result.findIndex((item) => isObject(item) && item[key] === patch[key]);
  if (patch[DIRECTIVE] === 'delete') {
    if (index >= 0) result.splice(index, 1);
  } else if (index < 0) {
    result.push(mergeObjects({}, patch, schema));
  } else {
    result[index] = mergeObjects(result[index] as JsonObject, patch, schema);
  }
}

function deletePrimitives(result: JsonObject, directive: string, values: unknown): void {
  const field = directive.slice(DELETE_FROM_PRIMITIVES.length);
  const list = getField(result, field);
  if (!Array.isArray(list) || !Array.isArray(values)) return;
  result[field] = list.filter((item) => !values.includes(item));
}

/** With `$retainKeys`, a union's other members go (a Deployment's strategy, a volume's source). */
function retained(original: JsonObject, keys: unknown): JsonObject {
  if (!Array.isArray(keys)) return { ...original };
  return Object.fromEntries(Object.entries(original).filter(([field]) => keys.includes(field)));
}

function fieldSchema(schema: Schema | undefined, field: string): Schema | undefined {
  const found = schema?.properties && Object.hasOwn(schema.properties, field) ? schema.properties[field] : undefined;
  if (!found) {
    return isObject(schema?.additionalProperties) ? resolveSchema(schema.additionalProperties as Schema) : undefined;
  }
  // Extensions stand beside a $ref as well as in what it names.
  return found.$ref === undefined ? found : { ...resolveSchema(found), ...found };
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return clean(patch) as JsonObject;
}

function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean);
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const field of Object.keys(value)) {
    if (!field.startsWith('$') && value[field] !== null) setField(result, field, clean(value[field]));
  }
  return result;
}
