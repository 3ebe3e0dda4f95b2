import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { ConfigSchema } from '../../xds/types/gen/envoy/extensions/filters/http/set_metadata/v3/set_metadata_pb.js';
import { unpack } from '../config/registry.js';
import type { HttpFilter } from '../http/http-filter.js';
import type { HttpStream } from '../http/http-stream.js';
import type { Counter } from '../stats/metrics.js';
import type { MakeFilter } from './http-filter-kind.js';

interface Entry {
  readonly namespace: string;
  readonly value: JsonObject;
  readonly overwrite: boolean;
}

/** `envoy.filters.http.set_metadata`: gives each request the same dynamic metadata. */
export class SetMetadataFilter implements HttpFilter {
  static readonly make: MakeFilter = (any, { name, context, statPrefix }) => {
    const config = unpack(any, ConfigSchema);
    const entries = config.metadata.map(({ metadataNamespace, value, allowOverwrite }) => ({
      namespace: metadataNamespace,
      value: value ?? {},
      overwrite: allowOverwrite,
    }));
    // the older pair of fields always merges
    if (config.value !== undefined)
      entries.unshift({ namespace: config.metadataNamespace, value: config.value, overwrite: true });
    return new SetMetadataFilter(
      name,
      entries,
      context.stats.counter(`http.${statPrefix}.set_metadata.overwrite_denied`),
    );
  };

  private constructor(
    readonly name: string,
    private readonly entries: readonly Entry[],
    private readonly denied: Counter,
  ) {}

  onRequest(stream: HttpStream): boolean {
    for (const { namespace, value, overwrite } of this.entries) {
      const known = stream.metadata.get(namespace);
      if (known === undefined) stream.metadata.set(namespace, value);
      else if (overwrite) stream.metadata.set(namespace, merged(known, value));
      else this.denied.value++;
    }
    return true;
  }
}

/** Objects are merged, lists joined, all else replaced. */
export function merged(into: JsonObject, from: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = { ...into };
  for (const [key, value] of Object.entries(from)) {
    const known = Object.hasOwn(into, key) ? into[key] : undefined;
    if (Array.isArray(known) && Array.isArray(value)) result[key] = [...known, ...value];
    else if (isObject(known) && isObject(value)) result[key] = merged(known, value);
    else result[key] = value;
  }
  return result;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
