import { createRegistry } from '@bufbuild/protobuf';
import { file_google_protobuf_struct, file_google_protobuf_wrappers } from '@bufbuild/protobuf/wkt';
import { file_envoy_config_route_v3_route_components as configRouteV3RouteComponents } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { file_envoy_config_trace_v3_http_tracer as configTraceV3HttpTracer } from '../../xds/types/gen/envoy/config/trace/v3/http_tracer_pb.js';
import { file_envoy_config_trace_v3_opentelemetry as configTraceV3Opentelemetry } from '../../xds/types/gen/envoy/config/trace/v3/opentelemetry_pb.js';
import { file_envoy_config_trace_v3_zipkin as configTraceV3Zipkin } from '../../xds/types/gen/envoy/config/trace/v3/zipkin_pb.js';
import { file_envoy_extensions_access_loggers_file_v3_file as accessLoggersFileV3File } from '../../xds/types/gen/envoy/extensions/access_loggers/file/v3/file_pb.js';
import { file_envoy_extensions_access_loggers_grpc_v3_als as accessLoggersGrpcV3Als } from '../../xds/types/gen/envoy/extensions/access_loggers/grpc/v3/als_pb.js';
import { file_envoy_extensions_access_loggers_stream_v3_stream as accessLoggersStreamV3Stream } from '../../xds/types/gen/envoy/extensions/access_loggers/stream/v3/stream_pb.js';
import { file_envoy_extensions_clusters_aggregate_v3_cluster as clustersAggregateV3Cluster } from '../../xds/types/gen/envoy/extensions/clusters/aggregate/v3/cluster_pb.js';
import { file_envoy_extensions_compression_brotli_compressor_v3_brotli as compressionBrotliCompressorV3Brotli } from '../../xds/types/gen/envoy/extensions/compression/brotli/compressor/v3/brotli_pb.js';
import { file_envoy_extensions_compression_gzip_compressor_v3_gzip as compressionGzipCompressorV3Gzip } from '../../xds/types/gen/envoy/extensions/compression/gzip/compressor/v3/gzip_pb.js';
import { file_envoy_extensions_compression_gzip_decompressor_v3_gzip as compressionGzipDecompressorV3Gzip } from '../../xds/types/gen/envoy/extensions/compression/gzip/decompressor/v3/gzip_pb.js';
import { file_envoy_extensions_compression_zstd_compressor_v3_zstd as compressionZstdCompressorV3Zstd } from '../../xds/types/gen/envoy/extensions/compression/zstd/compressor/v3/zstd_pb.js';
import { file_envoy_extensions_filters_http_adaptive_concurrency_v3_adaptive_concurrency as filtersHttpAdaptiveConcurrencyV3AdaptiveConcurrency } from '../../xds/types/gen/envoy/extensions/filters/http/adaptive_concurrency/v3/adaptive_concurrency_pb.js';
import { file_envoy_extensions_filters_http_admission_control_v3_admission_control as filtersHttpAdmissionControlV3AdmissionControl } from '../../xds/types/gen/envoy/extensions/filters/http/admission_control/v3/admission_control_pb.js';
import { file_envoy_extensions_filters_http_bandwidth_limit_v3_bandwidth_limit as filtersHttpBandwidthLimitV3BandwidthLimit } from '../../xds/types/gen/envoy/extensions/filters/http/bandwidth_limit/v3/bandwidth_limit_pb.js';
import { file_envoy_extensions_filters_http_buffer_v3_buffer as filtersHttpBufferV3Buffer } from '../../xds/types/gen/envoy/extensions/filters/http/buffer/v3/buffer_pb.js';
import { file_envoy_extensions_filters_http_compressor_v3_compressor as filtersHttpCompressorV3Compressor } from '../../xds/types/gen/envoy/extensions/filters/http/compressor/v3/compressor_pb.js';
import { file_envoy_extensions_filters_http_cors_v3_cors as filtersHttpCorsV3Cors } from '../../xds/types/gen/envoy/extensions/filters/http/cors/v3/cors_pb.js';
import { file_envoy_extensions_filters_http_csrf_v3_csrf as filtersHttpCsrfV3Csrf } from '../../xds/types/gen/envoy/extensions/filters/http/csrf/v3/csrf_pb.js';
import { file_envoy_extensions_filters_http_decompressor_v3_decompressor as filtersHttpDecompressorV3Decompressor } from '../../xds/types/gen/envoy/extensions/filters/http/decompressor/v3/decompressor_pb.js';
import { file_envoy_extensions_filters_http_ext_authz_v3_ext_authz as filtersHttpExtAuthzV3ExtAuthz } from '../../xds/types/gen/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js';
import { file_envoy_extensions_filters_http_ext_proc_v3_ext_proc as filtersHttpExtProcV3ExtProc } from '../../xds/types/gen/envoy/extensions/filters/http/ext_proc/v3/ext_proc_pb.js';
import { file_envoy_extensions_filters_http_ext_proc_v3_processing_mode as filtersHttpExtProcV3ProcessingMode } from '../../xds/types/gen/envoy/extensions/filters/http/ext_proc/v3/processing_mode_pb.js';
import { file_envoy_extensions_filters_http_fault_v3_fault as filtersHttpFaultV3Fault } from '../../xds/types/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js';
import { file_envoy_extensions_filters_http_grpc_stats_v3_config as filtersHttpGrpcStatsV3Config } from '../../xds/types/gen/envoy/extensions/filters/http/grpc_stats/v3/config_pb.js';
import { file_envoy_extensions_filters_http_grpc_web_v3_grpc_web as filtersHttpGrpcWebV3GrpcWeb } from '../../xds/types/gen/envoy/extensions/filters/http/grpc_web/v3/grpc_web_pb.js';
import { file_envoy_extensions_filters_http_header_mutation_v3_header_mutation as filtersHttpHeaderMutationV3HeaderMutation } from '../../xds/types/gen/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb.js';
import { file_envoy_extensions_filters_http_header_to_metadata_v3_header_to_metadata as filtersHttpHeaderToMetadataV3HeaderToMetadata } from '../../xds/types/gen/envoy/extensions/filters/http/header_to_metadata/v3/header_to_metadata_pb.js';
import { file_envoy_extensions_filters_http_health_check_v3_health_check as filtersHttpHealthCheckV3HealthCheck } from '../../xds/types/gen/envoy/extensions/filters/http/health_check/v3/health_check_pb.js';
import { file_envoy_extensions_filters_http_jwt_authn_v3_config as filtersHttpJwtAuthnV3Config } from '../../xds/types/gen/envoy/extensions/filters/http/jwt_authn/v3/config_pb.js';
import { file_envoy_extensions_filters_http_local_ratelimit_v3_local_rate_limit as filtersHttpLocalRatelimitV3LocalRateLimit } from '../../xds/types/gen/envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit_pb.js';
import { file_envoy_extensions_filters_http_lua_v3_lua as filtersHttpLuaV3Lua } from '../../xds/types/gen/envoy/extensions/filters/http/lua/v3/lua_pb.js';
import { file_envoy_extensions_filters_http_ratelimit_v3_rate_limit as filtersHttpRatelimitV3RateLimit } from '../../xds/types/gen/envoy/extensions/filters/http/ratelimit/v3/rate_limit_pb.js';
import { file_envoy_extensions_filters_http_rbac_v3_rbac as filtersHttpRbacV3Rbac } from '../../xds/types/gen/envoy/extensions/filters/http/rbac/v3/rbac_pb.js';
import { file_envoy_extensions_filters_http_router_v3_router as filtersHttpRouterV3Router } from '../../xds/types/gen/envoy/extensions/filters/http/router/v3/router_pb.js';
import { file_envoy_extensions_filters_http_set_metadata_v3_set_metadata as filtersHttpSetMetadataV3SetMetadata } from '../../xds/types/gen/envoy/extensions/filters/http/set_metadata/v3/set_metadata_pb.js';
import { file_envoy_extensions_filters_http_upstream_codec_v3_upstream_codec as filtersHttpUpstreamCodecV3UpstreamCodec } from '../../xds/types/gen/envoy/extensions/filters/http/upstream_codec/v3/upstream_codec_pb.js';
import { file_envoy_extensions_filters_http_wasm_v3_wasm as filtersHttpWasmV3Wasm } from '../../xds/types/gen/envoy/extensions/filters/http/wasm/v3/wasm_pb.js';
import { file_envoy_extensions_filters_listener_http_inspector_v3_http_inspector as filtersListenerHttpInspectorV3HttpInspector } from '../../xds/types/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb.js';
import { file_envoy_extensions_filters_listener_original_dst_v3_original_dst as filtersListenerOriginalDstV3OriginalDst } from '../../xds/types/gen/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.js';
import { file_envoy_extensions_filters_listener_proxy_protocol_v3_proxy_protocol as filtersListenerProxyProtocolV3ProxyProtocol } from '../../xds/types/gen/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol_pb.js';
import { file_envoy_extensions_filters_listener_tls_inspector_v3_tls_inspector as filtersListenerTlsInspectorV3TlsInspector } from '../../xds/types/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js';
import { file_envoy_extensions_filters_network_connection_limit_v3_connection_limit as filtersNetworkConnectionLimitV3ConnectionLimit } from '../../xds/types/gen/envoy/extensions/filters/network/connection_limit/v3/connection_limit_pb.js';
import { file_envoy_extensions_filters_network_http_connection_manager_v3_http_connection_manager as filtersNetworkHttpConnectionManagerV3HttpConnectionManager } from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { file_envoy_extensions_filters_network_local_ratelimit_v3_local_rate_limit as filtersNetworkLocalRatelimitV3LocalRateLimit } from '../../xds/types/gen/envoy/extensions/filters/network/local_ratelimit/v3/local_rate_limit_pb.js';
import { file_envoy_extensions_filters_network_rbac_v3_rbac as filtersNetworkRbacV3Rbac } from '../../xds/types/gen/envoy/extensions/filters/network/rbac/v3/rbac_pb.js';
import { file_envoy_extensions_filters_network_sni_cluster_v3_sni_cluster as filtersNetworkSniClusterV3SniCluster } from '../../xds/types/gen/envoy/extensions/filters/network/sni_cluster/v3/sni_cluster_pb.js';
import { file_envoy_extensions_filters_network_tcp_proxy_v3_tcp_proxy as filtersNetworkTcpProxyV3TcpProxy } from '../../xds/types/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js';
import { file_envoy_extensions_formatter_metadata_v3_metadata as formatterMetadataV3Metadata } from '../../xds/types/gen/envoy/extensions/formatter/metadata/v3/metadata_pb.js';
import { file_envoy_extensions_formatter_req_without_query_v3_req_without_query as formatterReqWithoutQueryV3ReqWithoutQuery } from '../../xds/types/gen/envoy/extensions/formatter/req_without_query/v3/req_without_query_pb.js';
import { file_envoy_extensions_http_header_formatters_preserve_case_v3_preserve_case as httpHeaderFormattersPreserveCaseV3PreserveCase } from '../../xds/types/gen/envoy/extensions/http/header_formatters/preserve_case/v3/preserve_case_pb.js';
import { file_envoy_extensions_internal_redirect_allow_listed_routes_v3_allow_listed_routes_config as internalRedirectAllowListedRoutesV3AllowListedRoutesConfig } from '../../xds/types/gen/envoy/extensions/internal_redirect/allow_listed_routes/v3/allow_listed_routes_config_pb.js';
import { file_envoy_extensions_internal_redirect_previous_routes_v3_previous_routes_config as internalRedirectPreviousRoutesV3PreviousRoutesConfig } from '../../xds/types/gen/envoy/extensions/internal_redirect/previous_routes/v3/previous_routes_config_pb.js';
import { file_envoy_extensions_internal_redirect_safe_cross_scheme_v3_safe_cross_scheme_config as internalRedirectSafeCrossSchemeV3SafeCrossSchemeConfig } from '../../xds/types/gen/envoy/extensions/internal_redirect/safe_cross_scheme/v3/safe_cross_scheme_config_pb.js';
import { file_envoy_extensions_load_balancing_policies_cluster_provided_v3_cluster_provided as loadBalancingPoliciesClusterProvidedV3ClusterProvided } from '../../xds/types/gen/envoy/extensions/load_balancing_policies/cluster_provided/v3/cluster_provided_pb.js';
import { file_envoy_extensions_load_balancing_policies_least_request_v3_least_request as loadBalancingPoliciesLeastRequestV3LeastRequest } from '../../xds/types/gen/envoy/extensions/load_balancing_policies/least_request/v3/least_request_pb.js';
import { file_envoy_extensions_load_balancing_policies_maglev_v3_maglev as loadBalancingPoliciesMaglevV3Maglev } from '../../xds/types/gen/envoy/extensions/load_balancing_policies/maglev/v3/maglev_pb.js';
import { file_envoy_extensions_load_balancing_policies_random_v3_random as loadBalancingPoliciesRandomV3Random } from '../../xds/types/gen/envoy/extensions/load_balancing_policies/random/v3/random_pb.js';
import { file_envoy_extensions_load_balancing_policies_ring_hash_v3_ring_hash as loadBalancingPoliciesRingHashV3RingHash } from '../../xds/types/gen/envoy/extensions/load_balancing_policies/ring_hash/v3/ring_hash_pb.js';
import { file_envoy_extensions_load_balancing_policies_round_robin_v3_round_robin as loadBalancingPoliciesRoundRobinV3RoundRobin } from '../../xds/types/gen/envoy/extensions/load_balancing_policies/round_robin/v3/round_robin_pb.js';
import { file_envoy_extensions_load_balancing_policies_subset_v3_subset as loadBalancingPoliciesSubsetV3Subset } from '../../xds/types/gen/envoy/extensions/load_balancing_policies/subset/v3/subset_pb.js';
import { file_envoy_extensions_load_balancing_policies_wrr_locality_v3_wrr_locality as loadBalancingPoliciesWrrLocalityV3WrrLocality } from '../../xds/types/gen/envoy/extensions/load_balancing_policies/wrr_locality/v3/wrr_locality_pb.js';
import { file_envoy_extensions_path_match_uri_template_v3_uri_template_match as pathMatchUriTemplateV3UriTemplateMatch } from '../../xds/types/gen/envoy/extensions/path/match/uri_template/v3/uri_template_match_pb.js';
import { file_envoy_extensions_path_rewrite_uri_template_v3_uri_template_rewrite as pathRewriteUriTemplateV3UriTemplateRewrite } from '../../xds/types/gen/envoy/extensions/path/rewrite/uri_template/v3/uri_template_rewrite_pb.js';
import { file_envoy_extensions_request_id_uuid_v3_uuid as requestIdUuidV3Uuid } from '../../xds/types/gen/envoy/extensions/request_id/uuid/v3/uuid_pb.js';
import { file_envoy_extensions_resource_monitors_downstream_connections_v3_downstream_connections as resourceMonitorsDownstreamConnectionsV3DownstreamConnections } from '../../xds/types/gen/envoy/extensions/resource_monitors/downstream_connections/v3/downstream_connections_pb.js';
import { file_envoy_extensions_retry_host_omit_canary_hosts_v3_omit_canary_hosts as retryHostOmitCanaryHostsV3OmitCanaryHosts } from '../../xds/types/gen/envoy/extensions/retry/host/omit_canary_hosts/v3/omit_canary_hosts_pb.js';
import { file_envoy_extensions_retry_host_omit_host_metadata_v3_omit_host_metadata_config as retryHostOmitHostMetadataV3OmitHostMetadataConfig } from '../../xds/types/gen/envoy/extensions/retry/host/omit_host_metadata/v3/omit_host_metadata_config_pb.js';
import { file_envoy_extensions_retry_host_previous_hosts_v3_previous_hosts as retryHostPreviousHostsV3PreviousHosts } from '../../xds/types/gen/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts_pb.js';
import { file_envoy_extensions_retry_priority_previous_priorities_v3_previous_priorities_config as retryPriorityPreviousPrioritiesV3PreviousPrioritiesConfig } from '../../xds/types/gen/envoy/extensions/retry/priority/previous_priorities/v3/previous_priorities_config_pb.js';
import { file_envoy_extensions_transport_sockets_proxy_protocol_v3_upstream_proxy_protocol as transportSocketsProxyProtocolV3UpstreamProxyProtocol } from '../../xds/types/gen/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol_pb.js';
import { file_envoy_extensions_transport_sockets_raw_buffer_v3_raw_buffer as transportSocketsRawBufferV3RawBuffer } from '../../xds/types/gen/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb.js';
import { file_envoy_extensions_transport_sockets_tls_v3_tls as transportSocketsTlsV3Tls } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import { file_envoy_extensions_upstreams_http_v3_http_protocol_options as upstreamsHttpV3HttpProtocolOptions } from '../../xds/types/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js';
import { file_envoy_extensions_wasm_v3_wasm as wasmV3Wasm } from '../../xds/types/gen/envoy/extensions/wasm/v3/wasm_pb.js';
import { file_xds_type_v3_typed_struct as xdsTypeV3TypedStruct } from '../../xds/types/gen/xds/type/v3/typed_struct_pb.js';

/** Every message that an EnvoyFilter may put into an Any: those of our own proxy, and those of Envoy that people use. */
export const ENVOY_TYPES = createRegistry(
  file_google_protobuf_struct,
  file_google_protobuf_wrappers,
  configRouteV3RouteComponents,
  configTraceV3HttpTracer,
  configTraceV3Opentelemetry,
  configTraceV3Zipkin,
  accessLoggersFileV3File,
  accessLoggersGrpcV3Als,
  accessLoggersStreamV3Stream,
  clustersAggregateV3Cluster,
  compressionBrotliCompressorV3Brotli,
  compressionGzipCompressorV3Gzip,
  compressionGzipDecompressorV3Gzip,
  compressionZstdCompressorV3Zstd,
  filtersHttpAdaptiveConcurrencyV3AdaptiveConcurrency,
  filtersHttpAdmissionControlV3AdmissionControl,
  filtersHttpBandwidthLimitV3BandwidthLimit,
  filtersHttpBufferV3Buffer,
  filtersHttpCompressorV3Compressor,
  filtersHttpCorsV3Cors,
  filtersHttpCsrfV3Csrf,
  filtersHttpDecompressorV3Decompressor,
  filtersHttpExtAuthzV3ExtAuthz,
  filtersHttpExtProcV3ExtProc,
  filtersHttpExtProcV3ProcessingMode,
  filtersHttpFaultV3Fault,
  filtersHttpGrpcStatsV3Config,
  filtersHttpGrpcWebV3GrpcWeb,
  filtersHttpHeaderMutationV3HeaderMutation,
  filtersHttpHeaderToMetadataV3HeaderToMetadata,
  filtersHttpHealthCheckV3HealthCheck,
  filtersHttpJwtAuthnV3Config,
  filtersHttpLocalRatelimitV3LocalRateLimit,
  filtersHttpLuaV3Lua,
  filtersHttpRatelimitV3RateLimit,
  filtersHttpRbacV3Rbac,
  filtersHttpRouterV3Router,
  filtersHttpSetMetadataV3SetMetadata,
  filtersHttpUpstreamCodecV3UpstreamCodec,
  filtersHttpWasmV3Wasm,
  filtersListenerHttpInspectorV3HttpInspector,
  filtersListenerOriginalDstV3OriginalDst,
  filtersListenerProxyProtocolV3ProxyProtocol,
  filtersListenerTlsInspectorV3TlsInspector,
  filtersNetworkConnectionLimitV3ConnectionLimit,
  filtersNetworkHttpConnectionManagerV3HttpConnectionManager,
  filtersNetworkLocalRatelimitV3LocalRateLimit,
  filtersNetworkRbacV3Rbac,
  filtersNetworkSniClusterV3SniCluster,
  filtersNetworkTcpProxyV3TcpProxy,
  formatterMetadataV3Metadata,
  formatterReqWithoutQueryV3ReqWithoutQuery,
  httpHeaderFormattersPreserveCaseV3PreserveCase,
  internalRedirectAllowListedRoutesV3AllowListedRoutesConfig,
  internalRedirectPreviousRoutesV3PreviousRoutesConfig,
  internalRedirectSafeCrossSchemeV3SafeCrossSchemeConfig,
  loadBalancingPoliciesClusterProvidedV3ClusterProvided,
  loadBalancingPoliciesLeastRequestV3LeastRequest,
  loadBalancingPoliciesMaglevV3Maglev,
  loadBalancingPoliciesRandomV3Random,
  loadBalancingPoliciesRingHashV3RingHash,
  loadBalancingPoliciesRoundRobinV3RoundRobin,
  loadBalancingPoliciesSubsetV3Subset,
  loadBalancingPoliciesWrrLocalityV3WrrLocality,
  pathMatchUriTemplateV3UriTemplateMatch,
  pathRewriteUriTemplateV3UriTemplateRewrite,
  requestIdUuidV3Uuid,
  resourceMonitorsDownstreamConnectionsV3DownstreamConnections,
  retryHostOmitCanaryHostsV3OmitCanaryHosts,
  retryHostOmitHostMetadataV3OmitHostMetadataConfig,
  retryHostPreviousHostsV3PreviousHosts,
  retryPriorityPreviousPrioritiesV3PreviousPrioritiesConfig,
  transportSocketsProxyProtocolV3UpstreamProxyProtocol,
  transportSocketsRawBufferV3RawBuffer,
  transportSocketsTlsV3Tls,
  upstreamsHttpV3HttpProtocolOptions,
  wasmV3Wasm,
  xdsTypeV3TypedStruct,
);
