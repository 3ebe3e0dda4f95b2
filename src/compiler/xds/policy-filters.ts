import { StructSchema } from '@bufbuild/protobuf/wkt';
import type { AccessLogSchema } from '../../xds/types/gen/envoy/config/accesslog/v3/accesslog_pb.js';
import { Cluster_DiscoveryType } from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ApiVersion } from '../../xds/types/gen/envoy/config/core/v3/config_source_pb.js';
import { HttpGrpcAccessLogConfigSchema } from '../../xds/types/gen/envoy/extensions/access_loggers/grpc/v3/als_pb.js';
import { ExtAuthzSchema } from '../../xds/types/gen/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js';
import type { HttpFilterSchema } from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import type { ProxyNode } from '../model/proxy.js';
import type { Mesh } from '../model/types.js';
import { httpProtocolOptions } from './cluster-policy.js';
import { anyOf, type ClusterInit, type Init } from './resource.js';
import { durationOf } from './values.js';

type HttpFilter = Init<typeof HttpFilterSchema>;

/** The control plane's server that evaluates policy for others. */
export const POLICY_CLUSTER = 'trysail-policy';
const CONNECT_TIMEOUT_MS = 1_000;
const ANSWER_MAX_MS = 1_000;
/** What reports may ask for besides the fields that an entry has anyway; an entry carries no header that is not named. */
const REPORTED_HEADERS = ['content-type', 'cookie', 'end-user', 'x-forwarded-for', 'x-b3-traceid', 'x-b3-spanid'];

/** How a proxy's inbound requests meet Mixer's rules. */
export interface InboundPolicy {
  readonly filters: readonly HttpFilter[];
  readonly accessLogs: readonly Init<typeof AccessLogSchema>[];
  readonly clusters: readonly ClusterInit[];
}

const NONE: InboundPolicy = { filters: [], accessLogs: [], clusters: [] };

/** Which rules hold comes as resources of its own, so that they change without a new listener. */
const IN_PLACE: InboundPolicy = {
  ...NONE,
  filters: [
    { name: 'trysail.filters.http.policy', configType: { case: 'typedConfig', value: anyOf(StructSchema, {}) } },
  ],
};

/** Our own proxies evaluate the rules themselves; others ask the control plane before a request, and tell it after. */
export function inboundPolicy({ policy, config }: Mesh, proxy: ProxyNode): InboundPolicy {
  if (proxy.evaluatesPolicy) return IN_PLACE;
  if (policy === undefined || config.policyServer === undefined) return NONE;
  return { filters: [authorization()], accessLogs: [accessLog()], clusters: [policyCluster(config.policyServer)] };
}

const SERVICE = { targetSpecifier: { case: 'envoyGrpc' as const, value: { clusterName: POLICY_CLUSTER } } };

function authorization(): HttpFilter {
  return {
    name: 'envoy.filters.http.ext_authz',
    configType: {
      case: 'typedConfig',
      value: anyOf(ExtAuthzSchema, {
        services: { case: 'grpcService', value: { ...SERVICE, timeout: durationOf(ANSWER_MAX_MS) } },
        transportApiVersion: ApiVersion.V3,
        // As Mixer's clients did by default: policy that cannot be asked refuses nobody.
        failureModeAllow: true,
      }),
    },
  };
}

function accessLog(): Init<typeof AccessLogSchema> {
  return {
    name: 'envoy.access_loggers.http_grpc',
    configType: {
      case: 'typedConfig',
      value: anyOf(HttpGrpcAccessLogConfigSchema, {
        commonConfig: {
          logName: 'policy',
          transportApiVersion: ApiVersion.V3,
          grpcService: SERVICE,
        },
        additionalRequestHeadersToLog: REPORTED_HEADERS,
      }),
    },
  };
}

/** @param path of the server's Unix socket */
function policyCluster(path: string): ClusterInit {
  const endpoint = { address: { address: { case: 'pipe' as const, value: { path } } } };
  return {
    name: POLICY_CLUSTER,
    connectTimeout: durationOf(CONNECT_TIMEOUT_MS),
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.STATIC },
    typedExtensionProtocolOptions: httpProtocolOptions('http2', undefined),
    loadAssignment: {
      clusterName: POLICY_CLUSTER,
      endpoints: [{ lbEndpoints: [{ hostIdentifier: { case: 'endpoint', value: endpoint } }] }],
    },
  };
}
