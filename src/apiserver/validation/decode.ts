import type { FieldError } from '../../resources/kind.js';
import type { KubeObject } from '../../resources/object.js';
import type { WriteOptions } from '../api-context.js';
import { isObject } from '../json.js';
import type { ServedKind } from '../kind-table.js';
import { badRequest, invalid } from '../status-error.js';
import { conform, type UnknownField } from './conform.js';

/**
 * A caller's object as one of its kind: a copy, known fields only, types checked.
 * Throws BadRequest for the wrong kind or, under Strict, unknown and duplicate fields; Invalid for wrong types.
 */
export function decodeObject(kind: ServedKind, input: unknown, options: WriteOptions): KubeObject {
  return decode(kind, input, options, () => true);
}

/** As {@link decodeObject}, of an apply configuration: it may leave out what the object needs, for the object may have it. */
export function decodePartialObject(kind: ServedKind, input: unknown, options: WriteOptions): KubeObject {
  return decode(kind, input, options, ({ reason }) => reason !== 'FieldValueRequired');
}

function decode(
  kind: ServedKind,
  input: unknown,
  options: WriteOptions,
  matters: (error: FieldError) => boolean,
): KubeObject {
  if (!isObject(input)) throw badRequest('the body must be an object');
  checkKind(kind, input);
  const { value, unknown, errors: found } = conform(input, kind.version.schema);
  const errors = found.filter(matters);
  reportFields(kind, unknown, options);
  const metadata = isObject(value['metadata']) ? value['metadata'] : {};
  const name = typeof metadata['name'] === 'string' ? metadata['name'] : '';
  if (errors.length > 0) throw invalid(kind.group, kind.definition.kind, name, errors);
  return { ...value, apiVersion: kind.apiVersion, kind: kind.definition.kind, metadata: { ...metadata, name } };
}

function checkKind(kind: ServedKind, input: { [field: string]: unknown }): void {
  const { apiVersion, kind: name } = input;
  if (apiVersion !== undefined && apiVersion !== '' && apiVersion !== kind.apiVersion) {
    const message = `the API version in the data (${String(apiVersion)}) does not match the expected API version (${kind.apiVersion})`;
    throw badRequest(message);
  }
  if (name !== undefined && name !== '' && name !== kind.definition.kind) {
    throw badRequest(
      `${String(name)} in version ${JSON.stringify(kind.version.name)} cannot be handled as a ${kind.definition.kind}`,
    );
  }
}

function reportFields(kind: ServedKind, unknown: readonly UnknownField[], options: WriteOptions): void {
  if (!options.fieldValidation || options.fieldValidation === 'Ignore') return;
  const problems = [
    ...(options.duplicateFields ?? []).map((path) => `duplicate field ${JSON.stringify(path)}`),
    ...unknown.map(describeUnknown),
  ];
  if (problems.length === 0) return;
  if (options.fieldValidation === 'Warn') {
    for (const problem of problems) options.warn?.(problem);
    return;
  }
  const { kind: name } = kind.definition;
  const where = `${name} in version ${JSON.stringify(kind.version.name)} cannot be handled as a ${name}`;
  throw badRequest(`${where}: strict decoding error: ${problems.join(', ')}`);
}

function describeUnknown({ path, suggestion }: UnknownField): string {
  const meant = suggestion === undefined ? '' : ` (did you mean ${JSON.stringify(suggestion)}?)`;
  return `unknown field ${JSON.stringify(path)}${meant}`;
}
