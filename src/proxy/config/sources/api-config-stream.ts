import type { BackoffLimits } from '../../../xds/client/backoff.js';
import { AdsConnection } from '../../../xds/client/connection.js';
import { type DeltaDiscovery, deltaAds, type SotwDiscovery, sotwAds } from '../../../xds/client/discovery.js';
import { deltaService, sotwService } from '../../../xds/client/own-services.js';
import type { Node } from '../../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import {
  type ApiConfigSource,
  ApiConfigSource_ApiType as ApiType,
} from '../../../xds/types/gen/envoy/config/core/v3/config_source_pb.js';
import type { GrpcService } from '../../../xds/types/gen/envoy/config/core/v3/grpc_service_pb.js';
import type { ClusterLookup } from '../../cluster/cluster-lookup.js';
import type { ProxyContext } from '../../context.js';
import type { ConfigConsumer, ConfigStream } from '../config-stream.js';
import { milliseconds } from '../duration.js';
import { XdsConfigStream } from '../xds-config-stream.js';
import { dialCluster } from './cluster-dial.js';

/** Envoy's, where the service has no `retry_policy`. */
const BACKOFF_BASE_MS = 500;
const BACKOFF_MAX_MS = 30_000;

export interface ApiStreamOptions {
  readonly context: ProxyContext;
  readonly clusters: Pick<ClusterLookup, 'get'>;
  readonly node: Node;
  readonly onFailure: () => void;
}

/** A discovery service that is one of the proxy's clusters. Its connection ends with it. */
export class ApiConfigStream implements ConfigStream {
  private readonly connection: AdsConnection;
  private readonly stream: ConfigStream;

  /** @param typeUrl of the one type that the service serves; undefined for the aggregated service */
  constructor(source: ApiConfigSource, typeUrl: string | undefined, options: ApiStreamOptions) {
    const { context, clusters, node, onFailure } = options;
    const service = source.grpcServices[0]!;
    const envoy = service.targetSpecifier.case === 'envoyGrpc' ? service.targetSpecifier.value : undefined;
    this.connection = new AdsConnection(
      dialCluster(context, clusters, envoy?.clusterName ?? '', envoy?.authority ?? ''),
    );
    const connected = context.stats.gauge('control_plane.connected_state');
    const common = {
      node,
      clock: context.clock,
      random: context.random,
      logger: context.logger.scope('xds'),
      backoff: backoffOf(service),
      headers: new Map(service.initialMetadata.map(({ key, value }) => [key, value])),
      onFailure,
      onState: (state: string): void => {
        connected.value = state === 'connected' ? 1 : 0;
      },
    };
    const isDelta = source.apiType === ApiType.DELTA_GRPC || source.apiType === ApiType.AGGREGATED_DELTA_GRPC;
    this.stream = isDelta
      ? new XdsConfigStream({ ...common, discovery: this.delta(typeUrl) })
      : new XdsConfigStream({ ...common, discovery: this.sotw(typeUrl, source.setNodeOnFirstMessageOnly) });
  }

  start(consumer: ConfigConsumer): void {
    this.stream.start(consumer);
  }

  subscribe(typeUrl: string, names: readonly string[] | 'all'): void {
    this.stream.subscribe(typeUrl, names);
  }

  close(): void {
    this.stream.close();
    this.connection.close();
  }

  private delta(typeUrl: string | undefined): DeltaDiscovery {
    return typeUrl === undefined ? deltaAds(this.connection) : deltaService(this.connection, typeUrl);
  }

  private sotw(typeUrl: string | undefined, nodeOnFirst: boolean): SotwDiscovery {
    return typeUrl === undefined
      ? sotwAds(this.connection, nodeOnFirst)
      : sotwService(this.connection, typeUrl, nodeOnFirst);
  }
}

/** The cluster whose hosts are asked. */
export function clusterOf(source: ApiConfigSource): string {
  const target = source.grpcServices[0]?.targetSpecifier;
  return target?.case === 'envoyGrpc' ? target.value.clusterName : '';
}

function backoffOf(service: GrpcService): BackoffLimits {
  const target = service.targetSpecifier;
  const policy = (target.case === 'envoyGrpc' ? target.value.retryPolicy : undefined) ?? service.retryPolicy;
  const base_ms = milliseconds(policy?.retryBackOff?.baseInterval, BACKOFF_BASE_MS);
  const max_ms = milliseconds(policy?.retryBackOff?.maxInterval, policy === undefined ? BACKOFF_MAX_MS : base_ms * 10);
  return { base_ms, max_ms };
}
