import type { Schema } from '../../resources/schema.js';
import { copyJson, isObject, setField } from '../json.js';

/** Fills in the defaults of a structural schema, in place: where a field is missing, or null and may not be. */
export function fillDefaults(value: unknown, schema: Schema): void {
  if (Array.isArray(value)) {
    if (schema.items) for (const item of value) fillDefaults(item, schema.items);
    return;
  }
  if (!isObject(value)) return;
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const missing = value[name] === undefined || (value[name] === null && !field.nullable);
    if (missing && field.default !== undefined) setField(value, name, copyJson(field.default));
    if (value[name] !== undefined) fillDefaults(value[name], field);
  }
  const { additionalProperties } = schema;
  if (typeof additionalProperties !== 'object') return;
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(schema.properties ?? {}, name)) fillDefaults(value[name], additionalProperties);
  }
}
