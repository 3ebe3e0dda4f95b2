import { create, fromJson, type JsonObject, type JsonValue } from '@bufbuild/protobuf';
import { messageOf } from '../../base/errors.js';
import { ENVOY_TYPES } from './envoy-types.js';
import { PART_SCHEMAS, type Part, type PartMessage } from './patch-types.js';

/** Messages deeper than this are refused: each level is a call. */
export const VALUE_DEPTH_MAX = 64;
const TYPED_STRUCT = /^type\.googleapis\.com\/(udpa\.type\.v1|xds\.type\.v3)\.TypedStruct$/;

export type ParsedValue<P extends Part> = { readonly value: PartMessage<P> } | { readonly problem: string };

/** The message of a patch from its JSON. Envoy's names of fields are taken in either spelling. */
export function parseValue<P extends Part>(part: P, value: JsonObject | undefined): ParsedValue<P> {
  const schema = PART_SCHEMAS[part];
  try {
    if (value === undefined) return { value: create(schema) as PartMessage<P> };
    const json = withKnownTypes(value, 0);
    return { value: fromJson(schema, json, { registry: ENVOY_TYPES }) as PartMessage<P> };
  } catch (error) {
    return { problem: `cannot be read as ${schema.typeName}: ${messageOf(error)}` };
  }
}

/**
 * A TypedStruct is a way to write messages of types that a control plane does not know; ours are written as what they are, so that a
 * later merge finds their fields.
 */
function withKnownTypes(value: JsonValue, depth: number): JsonValue {
  if (depth > VALUE_DEPTH_MAX) throw new Error(`it is deeper than ${VALUE_DEPTH_MAX} levels`);
  if (Array.isArray(value)) return value.map((item) => withKnownTypes(item, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, withKnownTypes(inner, depth + 1)]);
  const copy = Object.fromEntries(entries) as JsonObject;
  const { '@type': type, value: inner } = copy;
  if (typeof type !== 'string') return copy;
  const typeUrl = copy['type_url'] ?? copy['typeUrl'];
  if (TYPED_STRUCT.test(type) && typeof typeUrl === 'string' && isKnown(typeUrl)) {
    return { ...(inner as JsonObject | undefined), '@type': typeUrl };
  }
  if (!isKnown(type)) throw new Error(`no type ${JSON.stringify(type)} is known`);
  return copy;
}

function isKnown(typeUrl: string): boolean {
  return ENVOY_TYPES.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1)) !== undefined;
}
