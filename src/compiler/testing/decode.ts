import {
  createRegistry,
  type DescMessage,
  fromBinary,
  type JsonValue,
  type Registry,
  toJson,
} from '@bufbuild/protobuf';
import { ClusterSchema } from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ClusterLoadAssignmentSchema } from '../../xds/types/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { ListenerSchema } from '../../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import { RouteConfigurationSchema } from '../../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { FileAccessLogSchema } from '../../xds/types/gen/envoy/extensions/access_loggers/file/v3/file_pb.js';
import { CorsPolicySchema, CorsSchema } from '../../xds/types/gen/envoy/extensions/filters/http/cors/v3/cors_pb.js';
import { HTTPFaultSchema } from '../../xds/types/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js';
import { RouterSchema } from '../../xds/types/gen/envoy/extensions/filters/http/router/v3/router_pb.js';
import { HttpInspectorSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb.js';
import { OriginalDstSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.js';
import { ProxyProtocolSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol_pb.js';
import { TlsInspectorSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js';
import { HttpConnectionManagerSchema } from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { TcpProxySchema } from '../../xds/types/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js';
import { PreviousHostsPredicateSchema } from '../../xds/types/gen/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts_pb.js';
import { PreviousPrioritiesConfigSchema } from '../../xds/types/gen/envoy/extensions/retry/priority/previous_priorities/v3/previous_priorities_config_pb.js';
import { ProxyProtocolUpstreamTransportSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol_pb.js';
import { RawBufferSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb.js';
import { SecretSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import { HttpProtocolOptionsSchema } from '../../xds/types/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js';
import { type ResourceSet, typeUrlOf } from '../xds/resource.js';

const registry: Registry = createRegistry(
  FileAccessLogSchema,
  CorsSchema,
  CorsPolicySchema,
  PreviousPrioritiesConfigSchema,
  HttpInspectorSchema,
  TlsInspectorSchema,
  DownstreamTlsContextSchema,
  HTTPFaultSchema,
  RouterSchema,
  OriginalDstSchema,
  ProxyProtocolSchema,
  HttpConnectionManagerSchema,
  TcpProxySchema,
  PreviousHostsPredicateSchema,
  HttpProtocolOptionsSchema,
  ProxyProtocolUpstreamTransportSchema,
  RawBufferSchema,
  UpstreamTlsContextSchema,
);

const SECTIONS: Readonly<Record<string, DescMessage>> = {
  listeners: ListenerSchema,
  routes: RouteConfigurationSchema,
  clusters: ClusterSchema,
  endpoints: ClusterLoadAssignmentSchema,
  secrets: SecretSchema,
};

export type DecodedResources = Record<string, JsonValue[]>;

/** A proxy's resources as Envoy would print them. */
export function decode(resources: ResourceSet): DecodedResources {
  return Object.fromEntries(
    Object.entries(SECTIONS).map(([section, schema]) => {
      const ofType = resources.get(typeUrlOf(schema)) ?? new Map();
      const messages = [...ofType.values()].map(({ body }) =>
        withoutAccessLogs(toJson(schema, fromBinary(schema, body), { registry })),
      );
      return [section, messages];
    }),
  );
}

/** All listeners log alike; in each golden file it would be a page that says nothing. */
function withoutAccessLogs(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutAccessLogs);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => name !== 'accessLog');
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutAccessLogs(inner)]));
}
