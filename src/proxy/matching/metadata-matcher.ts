import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { MetadataMatcher } from '../../xds/types/gen/envoy/type/matcher/v3/metadata_pb.js';
import { compileValueMatcher } from './value-matcher.js';

/** By the name of the filter that set it; undefined when none did. */
export type Metadata = ReadonlyMap<string, JsonObject> | undefined;

/** @throws ConfigError */
export function compileMetadataMatcher(matcher: MetadataMatcher, path: string): (metadata: Metadata) => boolean {
  const { filter, invert } = matcher;
  const keys = matcher.path.map(({ segment }) => segment.value ?? '');
  const matches = compileValueMatcher(matcher.value, `${path}.value`);
  return (metadata) => matches(metadataAt(metadata, filter, keys)) !== invert;
}

/** The value behind a path of keys; undefined where there is none. */
export function metadataAt(metadata: Metadata, filter: string, keys: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = metadata?.get(filter);
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}
