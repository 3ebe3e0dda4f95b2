import type { JsonObject } from '../json.js';
import type { ServedKind } from '../kind-table.js';
import { patchMediaTypes } from '../patch/media-types.js';
import { gvk, SCHEMA_REF_PREFIX, schemaName } from './schemas.js';

function query(name: string, type = 'string'): JsonObject {
  return { name, in: 'query', schema: { type, uniqueItems: true } };
}

const READ = [query('pretty'), query('resourceVersion')];
const LIST = [
  ...READ,
  query('allowWatchBookmarks', 'boolean'),
  query('continue'),
  query('fieldSelector'),
  query('labelSelector'),
  query('limit', 'integer'),
  query('resourceVersionMatch'),
  query('sendInitialEvents', 'boolean'),
  query('timeoutSeconds', 'integer'),
  query('watch', 'boolean'),
];
/** kubectl looks here, at the patch of a kind, whether the server checks fields; without it kubectl would do so itself. */
const WRITE = [query('pretty'), query('dryRun'), query('fieldManager'), query('fieldValidation')];
const PATCH = [...WRITE, query('force', 'boolean')];
const DELETE = [query('dryRun'), query('gracePeriodSeconds', 'integer'), query('propagationPolicy')];

/** The URLs of one kind with what can be done there. */
export function pathsOf(kind: ServedKind): JsonObject {
  const { definition, group, version } = kind;
  const root = group === '' ? `/api/${version.name}` : `/apis/${group}/${version.name}`;
  const collection = definition.namespaced
    ? `${root}/namespaces/{namespace}/${definition.plural}`
    : `${root}/${definition.plural}`;
  const scope = definition.namespaced ? [path('namespace')] : [];
  const item = { ...itemOperations(kind), parameters: [...scope, path('name')] };
  return {
    ...(definition.namespaced && { [`${root}/${definition.plural}`]: { get: operation(kind, 'list', LIST) } }),
    [collection]: { ...collectionOperations(kind), parameters: scope },
    [`${collection}/{name}`]: item,
    ...(definition.subresources?.status && { [`${collection}/{name}/status`]: item }),
  };
}

function path(name: string): JsonObject {
  return { name, in: 'path', required: true, schema: { type: 'string', uniqueItems: true } };
}

function collectionOperations(kind: ServedKind): JsonObject {
  return {
    get: operation(kind, 'list', LIST),
    post: operation(kind, 'post', WRITE, ['*/*']),
    delete: operation(kind, 'deletecollection', [...LIST, ...DELETE]),
  };
}

function itemOperations(kind: ServedKind): JsonObject {
  return {
    get: operation(kind, 'get', READ),
    put: operation(kind, 'put', WRITE, ['*/*']),
    patch: operation(kind, 'patch', PATCH, patchMediaTypes(kind)),
    delete: operation(kind, 'delete', DELETE),
  };
}

function operation(kind: ServedKind, action: string, parameters: JsonObject[], bodyTypes?: string[]): JsonObject {
  const schema = { $ref: SCHEMA_REF_PREFIX + schemaName(kind) };
  return {
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk(kind),
    parameters,
    ...(bodyTypes && { requestBody: { content: Object.fromEntries(bodyTypes.map((type) => [type, { schema }])) } }),
    responses: { '200': { description: 'OK', content: { 'application/json': { schema } } } },
  };
}
