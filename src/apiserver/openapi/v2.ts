import type { Schema } from '../../resources/schema.js';
import { isObject, type JsonObject } from '../json.js';
import type { KindTable, ServedKind } from '../kind-table.js';
import { componentSchemas, gvk, SCHEMA_REF_PREFIX } from './schemas.js';

/** Keywords that version 2 has too. */
const KEYWORDS = ['description', 'type', 'format', 'required', 'enum', 'default'] as const;
const EXTENSIONS = [
  'x-kubernetes-group-version-kind',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
  'x-kubernetes-patch-merge-key',
  'x-kubernetes-patch-strategy',
  'x-kubernetes-preserve-unknown-fields',
] as const;
/** What kubectl before 1.27 looks for in the patch of a kind before it asks the server to do it. */
const PATCH_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation', 'force'];

/**
 * OpenAPI v2 of all that is served, for kubectl before 1.27: it explains, validates and merges by it. With no such document even
 * newer ones stop where v3 does not know a kind.
 */
export function swagger(kinds: KindTable, version: string): JsonObject {
  const served = kinds.groups().flatMap(({ group, versions }) => versions.flatMap((name) => kinds.served(group, name)));
  const schemas = componentSchemas(served);
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version },
    paths: Object.fromEntries(served.map((kind) => [itemPath(kind), { patch: patchOf(kind) }])),
    definitions: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, definition(schema)])),
  };
}

function itemPath({ definition: { namespaced, plural }, group, version }: ServedKind): string {
  const root = group === '' ? `/api/${version.name}` : `/apis/${group}/${version.name}`;
  return `${root}${namespaced ? '/namespaces/{namespace}' : ''}/${plural}/{name}`;
}

function patchOf(kind: ServedKind): JsonObject {
  return {
    parameters: PATCH_PARAMETERS.map((name) => ({ name, in: 'query', type: 'string', uniqueItems: true })),
    responses: { '200': { description: 'OK' } },
    'x-kubernetes-action': 'patch',
    'x-kubernetes-group-version-kind': gvk(kind),
  };
}

/** A schema of version 3 in the words of version 2, which has no alternatives and no lists without items. */
function definition(value: unknown): JsonObject {
  const schema = value as Schema & JsonObject;
  const result: JsonObject = {};
  for (const keyword of KEYWORDS) if (schema[keyword] !== undefined) result[keyword] = schema[keyword];
  for (const extension of EXTENSIONS) if (schema[extension] !== undefined) result[extension] = schema[extension];
  if (schema.$ref !== undefined) result['$ref'] = `#/definitions/${schema.$ref.slice(SCHEMA_REF_PREFIX.length)}`;
  if (schema['x-kubernetes-int-or-string']) return { ...result, type: 'string', format: 'int-or-string' };
  if (schema.format === 'quantity') return { ...result, type: 'string' };
  if (isObject(schema.properties)) result['properties'] = mapped(schema.properties);
  if (isObject(schema.additionalProperties)) result['additionalProperties'] = definition(schema.additionalProperties);
  if (schema.type === 'array') result['items'] = definition(schema.items ?? {});
  return result;
}

function mapped(properties: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, definition(schema)]));
}
