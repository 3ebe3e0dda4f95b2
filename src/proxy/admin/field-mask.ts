import type { DescField, DescMessage, JsonObject, JsonValue } from '@bufbuild/protobuf';
import { DUMP_TYPES } from './dump-json.js';

/**
 * Keeps the fields of a dumped message that a FieldMask names (`cluster.name,last_updated`).
 * @returns undefined when a path names no field, or goes into a repeated one
 */
export function applyMask(message: JsonObject, desc: DescMessage, mask: string): JsonObject | undefined {
  const out: JsonObject = {};
  for (const path of mask.split(',')) {
    if (!copy(message, desc, path.split('.'), out)) return undefined;
  }
  return out;
}

function copy(from: JsonObject, desc: DescMessage, path: readonly string[], to: JsonObject): boolean {
  const [name = '', ...rest] = path;
  const field = desc.fields.find((candidate) => candidate.name === name);
  if (field === undefined) return false;
  const value = from[name];
  if (rest.length === 0) {
    if (value !== undefined) to[name] = value;
    return true;
  }
  const inner = messageOfField(field, value);
  if (inner === undefined) return field.fieldKind === 'message' && value === undefined;
  to[name] ??= typeKept(value as JsonObject);
  return copy(value as JsonObject, inner, rest, to[name] as JsonObject);
}

/** An Any's type is part of it. */
function typeKept(value: JsonObject): JsonObject {
  return typeof value['@type'] === 'string' ? { '@type': value['@type'] } : {};
}

function messageOfField(field: DescField, value: JsonValue | undefined): DescMessage | undefined {
  if (field.fieldKind !== 'message' || typeof value !== 'object' || value === null) return undefined;
  if (field.message.typeName !== 'google.protobuf.Any') return field.message;
  const type = (value as JsonObject)['@type'];
  return typeof type === 'string' ? DUMP_TYPES.getMessage(type.slice(type.lastIndexOf('/') + 1)) : undefined;
}
