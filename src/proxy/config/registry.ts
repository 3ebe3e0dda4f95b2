import { createRegistry, type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { type Any, StructSchema } from '@bufbuild/protobuf/wkt';
import { FilterConfigSchema } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { OpenTelemetryConfigSchema } from '../../xds/types/gen/envoy/config/trace/v3/opentelemetry_pb.js';
import { ZipkinConfigSchema } from '../../xds/types/gen/envoy/config/trace/v3/zipkin_pb.js';
import { FileAccessLogSchema } from '../../xds/types/gen/envoy/extensions/access_loggers/file/v3/file_pb.js';
import {
  StderrAccessLogSchema,
  StdoutAccessLogSchema,
} from '../../xds/types/gen/envoy/extensions/access_loggers/stream/v3/stream_pb.js';
import {
  BufferPerRouteSchema,
  BufferSchema,
} from '../../xds/types/gen/envoy/extensions/filters/http/buffer/v3/buffer_pb.js';
import { CorsPolicySchema, CorsSchema } from '../../xds/types/gen/envoy/extensions/filters/http/cors/v3/cors_pb.js';
import {
  ExtAuthzPerRouteSchema,
  ExtAuthzSchema,
} from '../../xds/types/gen/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js';
import { HTTPFaultSchema } from '../../xds/types/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js';
import { FilterConfigSchema as GrpcStatsSchema } from '../../xds/types/gen/envoy/extensions/filters/http/grpc_stats/v3/config_pb.js';
import {
  HeaderMutationPerRouteSchema,
  HeaderMutationSchema,
} from '../../xds/types/gen/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb.js';
import { HealthCheckSchema } from '../../xds/types/gen/envoy/extensions/filters/http/health_check/v3/health_check_pb.js';
import { LocalRateLimitSchema } from '../../xds/types/gen/envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit_pb.js';
import {
  RateLimitPerRouteSchema,
  RateLimitSchema,
} from '../../xds/types/gen/envoy/extensions/filters/http/ratelimit/v3/rate_limit_pb.js';
import { RBACPerRouteSchema, RBACSchema } from '../../xds/types/gen/envoy/extensions/filters/http/rbac/v3/rbac_pb.js';
import { RouterSchema } from '../../xds/types/gen/envoy/extensions/filters/http/router/v3/router_pb.js';
import { ConfigSchema as SetMetadataSchema } from '../../xds/types/gen/envoy/extensions/filters/http/set_metadata/v3/set_metadata_pb.js';
import { HttpInspectorSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb.js';
import { OriginalDstSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.js';
import { ProxyProtocolSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol_pb.js';
import { TlsInspectorSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js';
import { ConnectionLimitSchema } from '../../xds/types/gen/envoy/extensions/filters/network/connection_limit/v3/connection_limit_pb.js';
import { HttpConnectionManagerSchema } from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { LocalRateLimitSchema as NetworkLocalRateLimitSchema } from '../../xds/types/gen/envoy/extensions/filters/network/local_ratelimit/v3/local_rate_limit_pb.js';
import { RBACSchema as NetworkRbacSchema } from '../../xds/types/gen/envoy/extensions/filters/network/rbac/v3/rbac_pb.js';
import { SniClusterSchema } from '../../xds/types/gen/envoy/extensions/filters/network/sni_cluster/v3/sni_cluster_pb.js';
import { TcpProxySchema } from '../../xds/types/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js';
import { MetadataSchema as MetadataFormatterSchema } from '../../xds/types/gen/envoy/extensions/formatter/metadata/v3/metadata_pb.js';
import { ReqWithoutQuerySchema } from '../../xds/types/gen/envoy/extensions/formatter/req_without_query/v3/req_without_query_pb.js';
import { PreserveCaseFormatterConfigSchema } from '../../xds/types/gen/envoy/extensions/http/header_formatters/preserve_case/v3/preserve_case_pb.js';
import { ClusterProvidedSchema } from '../../xds/types/gen/envoy/extensions/load_balancing_policies/cluster_provided/v3/cluster_provided_pb.js';
import { LeastRequestSchema } from '../../xds/types/gen/envoy/extensions/load_balancing_policies/least_request/v3/least_request_pb.js';
import { MaglevSchema } from '../../xds/types/gen/envoy/extensions/load_balancing_policies/maglev/v3/maglev_pb.js';
import { RandomSchema } from '../../xds/types/gen/envoy/extensions/load_balancing_policies/random/v3/random_pb.js';
import { RingHashSchema } from '../../xds/types/gen/envoy/extensions/load_balancing_policies/ring_hash/v3/ring_hash_pb.js';
import { RoundRobinSchema } from '../../xds/types/gen/envoy/extensions/load_balancing_policies/round_robin/v3/round_robin_pb.js';
import { SubsetSchema } from '../../xds/types/gen/envoy/extensions/load_balancing_policies/subset/v3/subset_pb.js';
import { DownstreamConnectionsConfigSchema } from '../../xds/types/gen/envoy/extensions/resource_monitors/downstream_connections/v3/downstream_connections_pb.js';
import { OmitCanaryHostsPredicateSchema } from '../../xds/types/gen/envoy/extensions/retry/host/omit_canary_hosts/v3/omit_canary_hosts_pb.js';
import { OmitHostMetadataConfigSchema } from '../../xds/types/gen/envoy/extensions/retry/host/omit_host_metadata/v3/omit_host_metadata_config_pb.js';
import { PreviousHostsPredicateSchema } from '../../xds/types/gen/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts_pb.js';
import { PreviousPrioritiesConfigSchema } from '../../xds/types/gen/envoy/extensions/retry/priority/previous_priorities/v3/previous_priorities_config_pb.js';
import { ProxyProtocolUpstreamTransportSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol_pb.js';
import { RawBufferSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb.js';
import {
  DownstreamTlsContextSchema,
  UpstreamTlsContextSchema,
} from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import { HttpProtocolOptionsSchema } from '../../xds/types/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js';
import { ConfigError } from '../errors.js';

/** Every message that may stand in an Any of a configuration. */
export const TYPES = createRegistry(
  ReqWithoutQuerySchema,
  MetadataFormatterSchema,
  OpenTelemetryConfigSchema,
  ZipkinConfigSchema,
  ClusterProvidedSchema,
  LeastRequestSchema,
  MaglevSchema,
  RandomSchema,
  RingHashSchema,
  RoundRobinSchema,
  SubsetSchema,
  BufferPerRouteSchema,
  BufferSchema,
  ConnectionLimitSchema,
  CorsPolicySchema,
  CorsSchema,
  DownstreamConnectionsConfigSchema,
  DownstreamTlsContextSchema,
  ExtAuthzPerRouteSchema,
  ExtAuthzSchema,
  FileAccessLogSchema,
  FilterConfigSchema,
  GrpcStatsSchema,
  HTTPFaultSchema,
  HeaderMutationPerRouteSchema,
  HeaderMutationSchema,
  HealthCheckSchema,
  HttpConnectionManagerSchema,
  HttpInspectorSchema,
  HttpProtocolOptionsSchema,
  LocalRateLimitSchema,
  NetworkLocalRateLimitSchema,
  NetworkRbacSchema,
  OriginalDstSchema,
  PreserveCaseFormatterConfigSchema,
  OmitCanaryHostsPredicateSchema,
  OmitHostMetadataConfigSchema,
  PreviousHostsPredicateSchema,
  PreviousPrioritiesConfigSchema,
  ProxyProtocolSchema,
  ProxyProtocolUpstreamTransportSchema,
  RBACPerRouteSchema,
  RBACSchema,
  RateLimitPerRouteSchema,
  RateLimitSchema,
  RawBufferSchema,
  RouterSchema,
  SetMetadataSchema,
  SniClusterSchema,
  StderrAccessLogSchema,
  StructSchema,
  StdoutAccessLogSchema,
  TcpProxySchema,
  TlsInspectorSchema,
  UpstreamTlsContextSchema,
);

/** `envoy.extensions.filters.http.router.v3.Router` */
export function typeNameOf(any: Any): string {
  return any.typeUrl.slice(any.typeUrl.lastIndexOf('/') + 1);
}

/** @throws ConfigError when the Any holds another message, or its bytes are not one */
export function unpack<Desc extends DescMessage>(any: Any, schema: Desc): MessageShape<Desc> {
  if (typeNameOf(any) !== schema.typeName)
    throw new ConfigError('', `expected ${schema.typeName}, found ${typeNameOf(any)}`);
  return fromBinary(schema, any.value);
}
