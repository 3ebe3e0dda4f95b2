import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { ConfigError } from '../../errors.js';
import type { StreamInfo } from '../../http/stream-info.js';
import type { FormatValue, Operator, OperatorFactory } from '../operator.js';

/** Deeper paths than anybody writes. */
const KEYS_MAX = 16;

/** By namespace. */
type Filters = Readonly<Record<string, JsonObject>>;
type Source = (info: StreamInfo, namespace: string) => JsonObject | undefined;

const dynamic: Source = (info, namespace) => info.metadataSet?.get(namespace);
const cluster: Source = (info, namespace) => from(info.upstreamCluster?.config.metadata?.filterMetadata, namespace);
const host: Source = (info, namespace) => from(info.upstreamHost?.metadata, namespace);
const route: Source = (info, namespace) => from(info.routeMetadata, namespace);

function from(filters: Filters | undefined, namespace: string): JsonObject | undefined {
  return filters !== undefined && Object.hasOwn(filters, namespace) ? filters[namespace] : undefined;
}

const SOURCES: Readonly<Record<string, Source>> = {
  DYNAMIC: dynamic,
  CLUSTER: cluster,
  UPSTREAM_HOST: host,
  ROUTE: route,
};

/** Metadata of the request, its route, cluster and host. */
export const METADATA_OPERATORS: Readonly<Record<string, OperatorFactory>> = {
  DYNAMIC_METADATA: (argument, path) => compile(dynamic, argument, path),
  CLUSTER_METADATA: (argument, path) => compile(cluster, argument, path),
  UPSTREAM_METADATA: (argument, path) => compile(host, argument, path),
  METADATA: (argument, path) => {
    const [kind = '', ...rest] = (argument ?? '').split(':');
    const source = Object.hasOwn(SOURCES, kind) ? SOURCES[kind] : undefined;
    if (source === undefined) throw new ConfigError(path, `${kind || 'nothing'} is not a supported METADATA type`);
    return compile(source, rest.join(':'), path);
  },
};

/** `namespace:key:key`; without a key, the whole namespace. */
function compile(source: Source, argument: string | undefined, path: string): Operator {
  const [namespace = '', ...keys] = (argument ?? '').split(':');
  if (namespace === '') throw new ConfigError(path, 'a metadata operator needs a namespace');
  if (keys.length > KEYS_MAX) throw new ConfigError(path, `more than ${KEYS_MAX} keys`);
  return (info) => {
    let value: JsonValue | undefined = source(info, namespace);
    for (const key of keys) value = member(value, key);
    return plain(value);
  };
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function plain(value: JsonValue | undefined): FormatValue {
  return value === null ? undefined : value;
}
