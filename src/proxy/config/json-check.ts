import type { DescField, DescMessage, JsonValue, Registry } from '@bufbuild/protobuf';
import { ConfigError } from '../errors.js';

/**
 * Looks through the JSON form of a message for what it has no place for, so that an error names the path: the decoder's own
 * names the message only.
 * @throws ConfigError for an unknown field, or an Any of a type that is not known
 */
export function checkJson(schema: DescMessage, json: JsonValue, registry: Registry, path = ''): void {
  if (schema.typeName === 'google.protobuf.Any') {
    checkAny(json, registry, path);
    return;
  }
  if (schema.typeName.startsWith('google.protobuf.')) return;
  if (json === null) return;
  if (typeof json !== 'object' || Array.isArray(json)) throw new ConfigError(path, `expected a ${schema.typeName}`);
  for (const [key, value] of Object.entries(json)) {
    if (key === '@type') continue;
    const field = fieldOf(schema, key);
    const at = path === '' ? key : `${path}.${key}`;
    if (field === undefined) throw new ConfigError(at, `${schema.typeName} has no such field`);
    checkField(field, value, registry, at);
  }
}

function fieldOf(schema: DescMessage, key: string): DescField | undefined {
  return schema.fields.find((field) => field.name === key || field.jsonName === key);
}

function checkField(field: DescField, value: JsonValue, registry: Registry, path: string): void {
  if (value === null) return;
  if (field.fieldKind === 'message') checkJson(field.message, value, registry, path);
  else if (field.fieldKind === 'list' && field.listKind === 'message') {
    if (!Array.isArray(value)) throw new ConfigError(path, 'expected a list');
    for (const [i, item] of value.entries()) checkJson(field.message, item, registry, `${path}[${i}]`);
  } else if (field.fieldKind === 'map' && field.mapKind === 'message') {
    if (typeof value !== 'object' || Array.isArray(value)) throw new ConfigError(path, 'expected a map');
    for (const [key, item] of Object.entries(value)) checkJson(field.message, item, registry, `${path}[${key}]`);
  }
}

function checkAny(json: JsonValue, registry: Registry, path: string): void {
  if (typeof json === 'object' && json !== null && Object.keys(json).length === 0) return; // an empty one
  const typeUrl = typeof json === 'object' && json !== null && !Array.isArray(json) ? json['@type'] : undefined;
  if (typeof typeUrl !== 'string') throw new ConfigError(path, 'needs an "@type"');
  const name = typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
  const inner = registry.getMessage(name);
  if (inner === undefined) throw new ConfigError(path, `${name} is not supported`);
  if (!name.startsWith('google.protobuf.')) checkJson(inner, json, registry, path);
}
