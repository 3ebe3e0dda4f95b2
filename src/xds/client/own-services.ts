import { createClient } from '@connectrpc/connect';
import { ClusterDiscoveryService } from '../types/gen/envoy/service/cluster/v3/cds_pb.js';
import { EndpointDiscoveryService } from '../types/gen/envoy/service/endpoint/v3/eds_pb.js';
import { ListenerDiscoveryService } from '../types/gen/envoy/service/listener/v3/lds_pb.js';
import { RouteDiscoveryService } from '../types/gen/envoy/service/route/v3/rds_pb.js';
import { SecretDiscoveryService } from '../types/gen/envoy/service/secret/v3/sds_pb.js';
import type { AdsConnection } from './connection.js';
import { DeltaWire } from './delta-wire.js';
import type { DeltaDiscovery, SotwDiscovery } from './discovery.js';
import { SotwWire } from './sotw-wire.js';

/** The service of one type, as it is used where a `ConfigSource` has an `api_config_source`. */
interface OwnService {
  readonly delta: (connection: AdsConnection) => DeltaDiscovery['open'];
  readonly sotw: (connection: AdsConnection) => SotwDiscovery['open'];
}

const SERVICES: Readonly<Record<string, OwnService>> = {
  'envoy.config.cluster.v3.Cluster': {
    delta: ({ transport }) => createClient(ClusterDiscoveryService, transport).deltaClusters,
    sotw: ({ transport }) => createClient(ClusterDiscoveryService, transport).streamClusters,
  },
  'envoy.config.endpoint.v3.ClusterLoadAssignment': {
    delta: ({ transport }) => createClient(EndpointDiscoveryService, transport).deltaEndpoints,
    sotw: ({ transport }) => createClient(EndpointDiscoveryService, transport).streamEndpoints,
  },
  'envoy.config.listener.v3.Listener': {
    delta: ({ transport }) => createClient(ListenerDiscoveryService, transport).deltaListeners,
    sotw: ({ transport }) => createClient(ListenerDiscoveryService, transport).streamListeners,
  },
  'envoy.config.route.v3.RouteConfiguration': {
    delta: ({ transport }) => createClient(RouteDiscoveryService, transport).deltaRoutes,
    sotw: ({ transport }) => createClient(RouteDiscoveryService, transport).streamRoutes,
  },
  'envoy.extensions.transport_sockets.tls.v3.Secret': {
    delta: ({ transport }) => createClient(SecretDiscoveryService, transport).deltaSecrets,
    sotw: ({ transport }) => createClient(SecretDiscoveryService, transport).streamSecrets,
  },
};

function serviceOf(typeUrl: string): OwnService {
  const service = SERVICES[typeUrl.slice(typeUrl.lastIndexOf('/') + 1)];
  if (service === undefined) throw new Error(`no discovery service for ${typeUrl}`);
  return service;
}

/** One type on a stream of its own, by differences. */
export function deltaService(connection: AdsConnection, typeUrl: string): DeltaDiscovery {
  return { wire: new DeltaWire(), open: serviceOf(typeUrl).delta(connection) };
}

/** One type on a stream of its own, each response with the whole state. */
export function sotwService(
  connection: AdsConnection,
  typeUrl: string,
  nodeOnFirstMessageOnly: boolean,
): SotwDiscovery {
  return { wire: new SotwWire(nodeOnFirstMessageOnly), open: serviceOf(typeUrl).sotw(connection) };
}
