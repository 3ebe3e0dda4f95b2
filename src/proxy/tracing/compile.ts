import type { Any } from '@bufbuild/protobuf/wkt';
import { OpenTelemetryConfigSchema } from '../../xds/types/gen/envoy/config/trace/v3/opentelemetry_pb.js';
import { ZipkinConfigSchema } from '../../xds/types/gen/envoy/config/trace/v3/zipkin_pb.js';
import type { HttpConnectionManager } from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import type { ClusterLookup } from '../cluster/cluster-lookup.js';
import { typeNameOf, unpack } from '../config/registry.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import { ClusterClient } from '../router/cluster-client.js';
import { compileCustomTags } from './custom-tags.js';
import { HttpTracer } from './http-tracer.js';
import { OpenTelemetryTracer } from './opentelemetry.js';
import { samplingOf } from './sampling.js';
import type { Tracer } from './tracer.js';
import { TracingStats } from './tracing-stats.js';
import { ZipkinTracer } from './zipkin.js';

/** Envoy's default of `max_path_tag_length`. */
const PATH_LENGTH_MAX = 256;

/**
 * A connection manager's `tracing`; undefined when it has none.
 * @param egress the listener's traffic_direction is OUTBOUND
 * @throws ConfigError
 */
export function compileTracing(
  { tracing, statPrefix }: HttpConnectionManager,
  context: ProxyContext,
  clusters: ClusterLookup,
  egress: boolean,
  path: string,
): HttpTracer | undefined {
  const stats = new TracingStats(context.stats, statPrefix);
  if (tracing === undefined) return undefined;
  const { provider } = tracing;
  if (provider === undefined) return undefined; // Envoy traces nothing then, as the bootstrap names no tracer either
  if (provider.configType.case !== 'typedConfig')
    throw new ConfigError(`${path}.provider`, 'a provider needs a typed_config');
  const tracer = compileTracer(provider.configType.value, context, clusters, `${path}.provider.typed_config`);
  return new HttpTracer(context, stats, {
    tracer,
    sampling: samplingOf(tracing),
    tags: compileCustomTags(tracing.customTags, `${path}.custom_tags`),
    verbose: tracing.verbose,
    maxPathLength: tracing.maxPathTagLength ?? PATH_LENGTH_MAX,
    spawnUpstream: tracing.spawnUpstreamSpan ?? false,
    egress,
  });
}

function compileTracer(any: Any, context: ProxyContext, clusters: ClusterLookup, path: string): Tracer {
  const client = new ClusterClient(context, clusters);
  switch (typeNameOf(any)) {
    case ZipkinConfigSchema.typeName:
      return new ZipkinTracer(context, client, unpack(any, ZipkinConfigSchema), path);
    case OpenTelemetryConfigSchema.typeName:
      return new OpenTelemetryTracer(context, client, unpack(any, OpenTelemetryConfigSchema), path);
    default:
      throw new ConfigError(path, `${typeNameOf(any)} is not supported`);
  }
}
