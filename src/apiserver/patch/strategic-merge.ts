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
    if (field.startsWith('$')) continue;
    const value = patch[field];
    if (value === null) delete result[field];
    else setField(result, field, mergeField(getField(result, field), value, fieldSchema(schema, field)));
  }
  for (const field of Object.keys(patch)) {
    if (field.startsWith(SET_ORDER)) setOrder(result, field.slice(SET_ORDER.length), patch[field], schema);
  }
  return result;
}

function mergeField(original: unknown, patch: unknown, schema: Schema | undefined): unknown {
  if (Array.isArray(patch)) return mergeLists(Array.isArray(original) ? original : [], patch, schema);
  if (isObject(patch)) return mergeObjects(isObject(original) ? original : {}, patch, schema);
  return patch;
}

function mergeLists(original: readonly unknown[], patch: readonly unknown[], schema: Schema | undefined): unknown[] {
  const merges = schema?.['x-kubernetes-patch-strategy']?.split(',').includes('merge');
  if (!merges || patch.some((item) => isObject(item) && item[DIRECTIVE] === 'replace')) {
    return patch.filter((item) => !(isObject(item) && item[DIRECTIVE] !== undefined)).map(clean);
  }
  const key = schema?.['x-kubernetes-patch-merge-key'];
  if (key === undefined) return [...original, ...patch.filter((item) => !original.some((had) => equalJson(had, item)))];
  const items = schema?.items && resolveSchema(schema.items);
  const result = [...original];
  for (const item of patch) mergeItem(result, item, key, items);
  return result;
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

/** `$setElementOrder/containers: [{name: a}, {name: b}]`: those in this order, others keep their place behind what was before them. */
function setOrder(result: JsonObject, field: string, order: unknown, schema: Schema | undefined): void {
  const list = getField(result, field);
  if (!Array.isArray(list) || !Array.isArray(order)) return;
  const key = fieldSchema(schema, field)?.['x-kubernetes-patch-merge-key'];
  const identity = (item: unknown): unknown => (key !== undefined && isObject(item) ? item[key] : item);
  const ranks = new Map(order.map((item, index) => [identity(item), index]));
  let last = -1;
  const ranked = list.map((item) => {
    last = ranks.get(identity(item)) ?? last;
    return { item, rank: last };
  });
  result[field] = ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
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
