import type { Schema } from '../../schema.js';

/**
 * A message of Mixer's configuration. Its fields may be written as in the .proto (`max_amount`) or as in JSON (`maxAmount`), which
 * Istio's own files mix.
 */
export function message(fields: Readonly<Record<string, Schema>>): Schema {
  const properties: Record<string, Schema> = {};
  for (const [name, schema] of Object.entries(fields)) {
    properties[name] = schema;
    const other = snakeCase(name);
    if (other !== name) properties[other] = schema;
  }
  return { type: 'object', properties };
}

/** A value with the fields of its messages in camel case; the keys of maps stay. */
export function fromProtoJson(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) return value.map((item) => fromProtoJson(item, schema.items ?? {}));
  if (typeof value !== 'object' || value === null) return value;
  const { properties, additionalProperties } = schema;
  const entries = Object.entries(value).map(([name, inner]): [string, unknown] => {
    if (properties === undefined) {
      return [name, fromProtoJson(inner, typeof additionalProperties === 'object' ? additionalProperties : {})];
    }
    return [camelCase(name), fromProtoJson(inner, properties[name] ?? {})];
  });
  return Object.fromEntries(entries);
}

/** Fields that are written in both ways at once. */
export function writtenTwice(value: unknown, schema: Schema, path: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => writtenTwice(item, schema.items ?? {}, `${path}[${index}]`));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = `${path}.${name}`;
    const twice = schema.properties !== undefined && camelCase(name) !== name && camelCase(name) in value;
    return [...(twice ? [at] : []), ...writtenTwice(inner, schema.properties?.[name] ?? {}, at)];
  });
}

/** `spec.maxAmount` as the object has it, which may be `spec.max_amount`. */
export function pathAsWritten(object: unknown, path: string): string {
  let value = object;
  return path.replace(
    /(^|\.)([A-Za-z0-9_]+)|\[([^\]]*)\]/g,
    (text, dot: string, name: string | undefined, key: string) => {
      const fields = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
      const written = name !== undefined && !(name in fields) && snakeCase(name) in fields ? snakeCase(name) : name;
      value = fields[written ?? key];
      return written === undefined ? text : `${dot}${written}`;
    },
  );
}

export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
