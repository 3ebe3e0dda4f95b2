import type { Schema } from '../../resources/schema.js';
import { resolveSchema } from '../../resources/schemas/index.js';
import { isObject, type JsonObject } from '../json.js';

/** How server-side apply treats a value: as parts with owners of their own, or as one. */
export type Shape =
  | { readonly type: 'leaf' }
  | { readonly type: 'fields'; readonly of: (field: string) => Schema | undefined }
  | { readonly type: 'items'; readonly keys: readonly string[]; readonly item: Schema | undefined }
  | { readonly type: 'set' };

const LEAF: Shape = { type: 'leaf' };

/** Defaults of keys that writers leave out, where the schema does not say them. */
const KEY_DEFAULTS: Readonly<Record<string, unknown>> = { protocol: 'TCP' };

export function shapeOf(value: unknown, reference: Schema | undefined): Shape {
  const schema = reference && { ...resolveSchema(reference), ...withoutRef(reference) };
  if (isObject(value)) return objectShape(value, schema);
  if (!Array.isArray(value) || value.length === 0) return LEAF;
  const keys = schema?.['x-kubernetes-list-map-keys'] ?? mergeKey(schema);
  const listType = schema?.['x-kubernetes-list-type'] ?? (keys ? 'map' : 'atomic');
  if (listType === 'map' && keys) return { type: 'items', keys, item: schema?.items };
  return listType === 'set' ? { type: 'set' } : LEAF;
}

function objectShape(value: JsonObject, schema: Schema | undefined): Shape {
  if (schema?.['x-kubernetes-map-type'] === 'atomic' || Object.keys(value).length === 0) return LEAF;
  const { properties, additionalProperties } = schema ?? {};
  return {
    type: 'fields',
    of: (field) => {
      if (properties && Object.hasOwn(properties, field)) return properties[field];
      return isObject(additionalProperties) ? (additionalProperties as Schema) : undefined;
    },
  };
}

function mergeKey(schema: Schema | undefined): readonly string[] | undefined {
  const key = schema?.['x-kubernetes-patch-merge-key'];
  return key === undefined ? undefined : [key];
}

function withoutRef({ $ref: _, ...rest }: Schema): Schema {
  return rest;
}

/** `k:{"name":"app"}`: an item's name among its siblings. */
export function itemElement(item: unknown, keys: readonly string[]): string {
  const identity: JsonObject = {};
  for (const key of [...keys].sort()) {
    const value = (isObject(item) ? item[key] : undefined) ?? KEY_DEFAULTS[key];
    if (value !== undefined) identity[key] = value;
  }
  return `k:${JSON.stringify(identity)}`;
}

export function valueElement(value: unknown): string {
  return `v:${JSON.stringify(value)}`;
}
