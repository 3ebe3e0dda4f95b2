import type { Schema } from '../schema.js';

/** Small builders, so that a kind's schema reads as the list of its fields. */
export const string: Schema = { type: 'string' };
export const boolean: Schema = { type: 'boolean' };
export const number: Schema = { type: 'number' };
export const integer: Schema = { type: 'integer' };
export const int32: Schema = { type: 'integer', format: 'int32' };
export const uint32: Schema = { type: 'integer', minimum: 0, maximum: 4_294_967_295 };
export const port: Schema = { type: 'integer', minimum: 1, maximum: 65_535 };
/** Text such as `1.5s` or `2m`; {@link parseDuration} reads it. */
export const duration: Schema = { type: 'string', description: 'A duration such as 1s, 250ms or 1h30m' };
/** A message without fields of its own that anyone sets here, for example an Any. */
export const opaque: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

export function object(properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema {
  return required.length > 0 ? { type: 'object', properties, required } : { type: 'object', properties };
}

export function list(items: Schema): Schema {
  return { type: 'array', items };
}

export function mapOf(values: Schema): Schema {
  return { type: 'object', additionalProperties: values };
}

export function oneOf(...values: string[]): Schema {
  return { type: 'string', enum: values };
}

export const stringMap = mapOf(string);
export const stringList = list(string);
export const stringMatch = object({ exact: string, prefix: string, regex: string });

/** A whole object: the kind's own `spec` between what every object has. */
export function kindSchema(description: string, spec: Schema): Schema {
  return {
    type: 'object',
    description,
    properties: {
      apiVersion: string,
      kind: string,
      metadata: { type: 'object' },
      spec,
      status: opaque,
    },
  };
}
