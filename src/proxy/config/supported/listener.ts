import type { SupportedFields } from './fields.js';

/** Listeners, their filters and `tcp_proxy`. */
export const IMPLEMENTED: SupportedFields = {
  'envoy.config.listener.v3.Listener':
    'name address stat_prefix filter_chains use_original_dst default_filter_chain listener_filters listener_filters_timeout ' +
    'continue_on_listener_filters_timeout bind_to_port tcp_backlog_size',
  'envoy.config.listener.v3.ListenerFilter': 'name typed_config',
  'envoy.config.listener.v3.FilterChain': 'filter_chain_match filters name',
  'envoy.config.listener.v3.FilterChainMatch':
    'destination_port prefix_ranges direct_source_prefix_ranges source_type source_prefix_ranges source_ports server_names ' +
    'transport_protocol application_protocols',
  'envoy.config.listener.v3.Filter': 'name typed_config',
  'envoy.extensions.filters.listener.original_dst.v3.OriginalDst': '',
  'envoy.extensions.filters.listener.http_inspector.v3.HttpInspector': '',
  'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector': '',
  'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol': 'allow_requests_without_proxy_protocol',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy':
    'stat_prefix cluster weighted_clusters idle_timeout access_log max_connect_attempts max_downstream_connection_duration',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster': 'clusters',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight': 'name weight',
};

/** Accepted without effect here. */
export const INERT: SupportedFields = {
  'envoy.config.listener.v3.Listener':
    'metadata traffic_direction enable_reuse_port per_connection_buffer_limit_bytes drain_type',
  'envoy.config.listener.v3.FilterChain': 'metadata',
};
