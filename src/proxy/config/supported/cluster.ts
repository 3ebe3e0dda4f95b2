import type { SupportedFields } from './fields.js';

/** Clusters and endpoints. */
export const IMPLEMENTED: SupportedFields = {
  'envoy.config.core.v3.BindConfig': 'source_address socket_options',
  'envoy.config.core.v3.SocketOption': 'description level name int_value state',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions':
    'common_http_protocol_options explicit_http_config use_downstream_protocol_config auto_config ' +
    'upstream_http_protocol_options',
  'envoy.config.core.v3.UpstreamHttpProtocolOptions': 'auto_sni auto_san_validation override_auto_sni_header',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig':
    'http_protocol_options http2_protocol_options',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig':
    'http_protocol_options http2_protocol_options',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig':
    'http_protocol_options http2_protocol_options',
  'envoy.config.cluster.v3.Cluster':
    'upstream_http_protocol_options name alt_stat_name type eds_cluster_config connect_timeout transport_socket transport_socket_matches ' +
    'lb_policy=ROUND_ROBIN|LEAST_REQUEST|RANDOM|RING_HASH|MAGLEV|CLUSTER_PROVIDED|LOAD_BALANCING_POLICY_CONFIG ' +
    'load_assignment max_requests_per_connection circuit_breakers common_http_protocol_options http_protocol_options http2_protocol_options ' +
    'typed_extension_protocol_options dns_refresh_rate dns_lookup_family outlier_detection cleanup_interval upstream_bind_config ' +
    'original_dst_lb_config least_request_lb_config round_robin_lb_config ring_hash_lb_config maglev_lb_config lb_subset_config ' +
    'common_lb_config load_balancing_policy health_checks ignore_health_on_host_removal respect_dns_ttl dns_failure_refresh_rate ' +
    'upstream_connection_options',
  'envoy.config.cluster.v3.UpstreamConnectionOptions': 'tcp_keepalive',
  'envoy.config.core.v3.TcpKeepalive': 'keepalive_time',
  'envoy.config.cluster.v3.Cluster.TransportSocketMatch': 'name match transport_socket',
  'envoy.config.cluster.v3.Cluster.EdsClusterConfig': 'eds_config service_name',
  'envoy.config.cluster.v3.Cluster.RefreshRate': 'base_interval max_interval',
  'envoy.config.cluster.v3.Cluster.OriginalDstLbConfig': 'use_http_header http_header_name upstream_port_override',
  'envoy.config.cluster.v3.Cluster.LeastRequestLbConfig': 'choice_count active_request_bias slow_start_config',
  'envoy.config.cluster.v3.Cluster.RoundRobinLbConfig': 'slow_start_config',
  'envoy.config.cluster.v3.Cluster.SlowStartConfig': 'slow_start_window aggression min_weight_percent',
  'envoy.config.cluster.v3.Cluster.RingHashLbConfig': 'minimum_ring_size maximum_ring_size hash_function',
  'envoy.config.cluster.v3.Cluster.MaglevLbConfig': 'table_size',
  'envoy.config.cluster.v3.Cluster.LbSubsetConfig':
    'fallback_policy default_subset subset_selectors locality_weight_aware scale_locality_weight panic_mode_any list_as_any ' +
    'metadata_fallback_policy',
  'envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector':
    'keys single_host_per_subset fallback_policy fallback_keys_subset',
  'envoy.config.cluster.v3.Cluster.CommonLbConfig':
    'healthy_panic_threshold zone_aware_lb_config locality_weighted_lb_config ignore_new_hosts_until_first_hc ' +
    'close_connections_on_host_set_change consistent_hashing_lb_config',
  'envoy.config.cluster.v3.Cluster.CommonLbConfig.ZoneAwareLbConfig':
    'routing_enabled min_cluster_size fail_traffic_on_panic',
  'envoy.config.cluster.v3.Cluster.CommonLbConfig.LocalityWeightedLbConfig': '',
  'envoy.config.cluster.v3.Cluster.CommonLbConfig.ConsistentHashingLbConfig':
    'use_hostname_for_hashing hash_balance_factor',
  'envoy.config.core.v3.RuntimeDouble': 'default_value runtime_key',
  'envoy.config.cluster.v3.LoadBalancingPolicy': 'policies',
  'envoy.config.cluster.v3.LoadBalancingPolicy.Policy': 'typed_extension_config',
  'envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig':
    'zone_aware_lb_config locality_weighted_lb_config',
  'envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig':
    'routing_enabled min_cluster_size fail_traffic_on_panic',
  'envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.LocalityWeightedLbConfig': '',
  'envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig':
    'slow_start_window aggression min_weight_percent',
  'envoy.extensions.load_balancing_policies.common.v3.ConsistentHashingLbConfig':
    'use_hostname_for_hashing hash_balance_factor',
  'envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin': 'slow_start_config locality_lb_config',
  'envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest':
    'choice_count active_request_bias slow_start_config locality_lb_config selection_method',
  'envoy.extensions.load_balancing_policies.random.v3.Random': 'locality_lb_config',
  'envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash':
    'hash_function minimum_ring_size maximum_ring_size use_hostname_for_hashing hash_balance_factor ' +
    'consistent_hashing_lb_config locality_weighted_lb_config',
  'envoy.extensions.load_balancing_policies.maglev.v3.Maglev':
    'table_size consistent_hashing_lb_config locality_weighted_lb_config',
  'envoy.extensions.load_balancing_policies.subset.v3.Subset':
    'fallback_policy default_subset subset_selectors allow_redundant_keys locality_weight_aware scale_locality_weight ' +
    'panic_mode_any list_as_any metadata_fallback_policy subset_lb_policy',
  'envoy.extensions.load_balancing_policies.subset.v3.Subset.LbSubsetSelector':
    'keys single_host_per_subset fallback_policy fallback_keys_subset',
  'envoy.extensions.load_balancing_policies.cluster_provided.v3.ClusterProvided': '',
  'envoy.config.core.v3.HealthCheck':
    'timeout interval initial_jitter interval_jitter interval_jitter_percent unhealthy_threshold healthy_threshold alt_port ' +
    'reuse_connection http_health_check tcp_health_check grpc_health_check no_traffic_interval no_traffic_healthy_interval ' +
    'unhealthy_interval unhealthy_edge_interval healthy_edge_interval tls_options',
  'envoy.config.core.v3.HealthCheck.TlsOptions': 'alpn_protocols',
  'envoy.config.core.v3.HealthCheck.Payload': 'text binary',
  'envoy.config.core.v3.HealthCheck.HttpHealthCheck':
    'host path send receive response_buffer_size request_headers_to_add request_headers_to_remove expected_statuses ' +
    'retriable_statuses codec_client_type=HTTP1|HTTP2 service_name_matcher method',
  'envoy.config.core.v3.HealthCheck.TcpHealthCheck': 'send receive',
  'envoy.config.core.v3.HealthCheck.GrpcHealthCheck': 'service_name authority initial_metadata',
  'envoy.config.cluster.v3.CircuitBreakers': 'thresholds per_host_thresholds',
  'envoy.config.cluster.v3.CircuitBreakers.Thresholds':
    'priority max_connections max_pending_requests max_requests max_retries retry_budget track_remaining max_connection_pools',
  'envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget': 'budget_percent min_retry_concurrency',
  'envoy.config.cluster.v3.OutlierDetection':
    'consecutive_5xx interval base_ejection_time max_ejection_percent enforcing_consecutive_5xx consecutive_gateway_failure ' +
    'enforcing_consecutive_gateway_failure split_external_local_origin_errors consecutive_local_origin_failure ' +
    'enforcing_consecutive_local_origin_failure enforcing_success_rate success_rate_minimum_hosts success_rate_request_volume ' +
    'success_rate_stdev_factor enforcing_local_origin_success_rate failure_percentage_threshold enforcing_failure_percentage ' +
    'enforcing_failure_percentage_local_origin failure_percentage_minimum_hosts failure_percentage_request_volume ' +
    'max_ejection_time max_ejection_time_jitter successful_active_health_check_uneject_host always_eject_one_host',
  'envoy.config.endpoint.v3.ClusterLoadAssignment': 'cluster_name endpoints policy',
  'envoy.config.endpoint.v3.ClusterLoadAssignment.Policy':
    'overprovisioning_factor weighted_priority_health drop_overloads endpoint_stale_after',
  'envoy.config.endpoint.v3.ClusterLoadAssignment.Policy.DropOverload': 'category drop_percentage',
  'envoy.config.endpoint.v3.LocalityLbEndpoints': 'locality lb_endpoints priority load_balancing_weight',
  'envoy.config.endpoint.v3.LbEndpoint': 'endpoint health_status load_balancing_weight metadata',
  'envoy.config.endpoint.v3.Endpoint': 'address hostname health_check_config',
  'envoy.config.endpoint.v3.Endpoint.HealthCheckConfig': 'port_value hostname address disable_active_health_check',
};

/** Accepted without effect here. */
export const INERT: SupportedFields = {
  // what waits for an endpoint is one read, 64 KiB, beyond what the kernel takes: then its source is no longer read
  'envoy.config.cluster.v3.Cluster': 'metadata per_connection_buffer_limit_bytes wait_for_warm_on_init',
  // changes of health are told at once, which the window would only delay
  'envoy.config.cluster.v3.Cluster.CommonLbConfig': 'update_merge_window',
  'envoy.config.core.v3.HealthCheck': 'always_log_health_check_failures always_log_health_check_success',
  'envoy.config.endpoint.v3.LocalityLbEndpoints': 'metadata',
};
