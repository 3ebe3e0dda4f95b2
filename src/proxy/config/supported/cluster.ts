import type { SupportedFields } from './fields.js';

/** Clusters and endpoints. */
export const IMPLEMENTED: SupportedFields = {
  'envoy.config.core.v3.BindConfig': 'source_address socket_options',
  'envoy.config.core.v3.SocketOption': 'description level name int_value state',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': 'common_http_protocol_options explicit_http_config',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig': 'http_protocol_options',
  'envoy.config.cluster.v3.Cluster':
    'name transport_socket transport_socket_matches alt_stat_name type eds_cluster_config connect_timeout lb_policy=ROUND_ROBIN|LEAST_REQUEST|RANDOM|CLUSTER_PROVIDED ' +
    'load_assignment max_requests_per_connection circuit_breakers common_http_protocol_options http_protocol_options ' +
    'typed_extension_protocol_options dns_refresh_rate dns_lookup_family outlier_detection cleanup_interval upstream_bind_config ' +
    'original_dst_lb_config least_request_lb_config round_robin_lb_config common_lb_config',
  'envoy.config.cluster.v3.Cluster.TransportSocketMatch': 'name match transport_socket',
  'envoy.config.cluster.v3.Cluster.EdsClusterConfig': 'eds_config service_name',
  'envoy.config.cluster.v3.Cluster.OriginalDstLbConfig': 'upstream_port_override',
  'envoy.config.cluster.v3.Cluster.LeastRequestLbConfig': 'choice_count',
  'envoy.config.cluster.v3.Cluster.RoundRobinLbConfig': '',
  'envoy.config.cluster.v3.Cluster.CommonLbConfig': 'healthy_panic_threshold',
  'envoy.config.cluster.v3.CircuitBreakers': 'thresholds',
  'envoy.config.cluster.v3.CircuitBreakers.Thresholds':
    'priority max_connections max_pending_requests max_requests max_retries retry_budget',
  'envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget': 'budget_percent min_retry_concurrency',
  'envoy.config.cluster.v3.OutlierDetection':
    'consecutive_5xx interval base_ejection_time max_ejection_percent enforcing_consecutive_5xx consecutive_gateway_failure ' +
    'enforcing_consecutive_gateway_failure split_external_local_origin_errors consecutive_local_origin_failure ' +
    'enforcing_consecutive_local_origin_failure max_ejection_time max_ejection_time_jitter always_eject_one_host',
  'envoy.config.endpoint.v3.ClusterLoadAssignment': 'cluster_name endpoints policy',
  'envoy.config.endpoint.v3.ClusterLoadAssignment.Policy': 'overprovisioning_factor',
  'envoy.config.endpoint.v3.LocalityLbEndpoints': 'locality lb_endpoints priority',
  'envoy.config.endpoint.v3.LbEndpoint': 'endpoint health_status load_balancing_weight',
  'envoy.config.endpoint.v3.Endpoint': 'address hostname',
};

/** Accepted without effect here. */
export const INERT: SupportedFields = {
  'envoy.config.cluster.v3.Cluster': 'metadata per_connection_buffer_limit_bytes wait_for_warm_on_init',
  'envoy.config.cluster.v3.CircuitBreakers.Thresholds': 'track_remaining',
  'envoy.config.cluster.v3.OutlierDetection':
    'enforcing_success_rate success_rate_minimum_hosts success_rate_request_volume success_rate_stdev_factor',
  'envoy.config.endpoint.v3.LocalityLbEndpoints': 'metadata',
  'envoy.config.endpoint.v3.LbEndpoint': 'metadata',
};
