import type { SupportedFields } from './fields.js';

/** Listeners, their filters and `tcp_proxy`. */
export const IMPLEMENTED: SupportedFields = {
  'envoy.config.listener.v3.Listener':
    'name address additional_addresses stat_prefix filter_chains use_original_dst default_filter_chain listener_filters ' +
    'listener_filters_timeout continue_on_listener_filters_timeout bind_to_port tcp_backlog_size drain_type socket_options ' +
    'access_log ignore_global_conn_limit traffic_direction per_connection_buffer_limit_bytes',
  'envoy.config.listener.v3.AdditionalAddress': 'address',
  'envoy.config.core.v3.Pipe': 'path mode',
  'envoy.config.listener.v3.ListenerFilter': 'name typed_config filter_disabled',
  'envoy.config.listener.v3.ListenerFilterChainMatchPredicate':
    'or_match and_match not_match any_match destination_port_range',
  'envoy.config.listener.v3.ListenerFilterChainMatchPredicate.MatchSet': 'rules',
  'envoy.type.v3.Int32Range': 'start end',
  'envoy.config.listener.v3.FilterChain':
    'filter_chain_match filters name transport_socket transport_socket_connect_timeout',
  'envoy.config.listener.v3.FilterChainMatch':
    'destination_port prefix_ranges direct_source_prefix_ranges source_type source_prefix_ranges source_ports server_names ' +
    'transport_protocol application_protocols',
  'envoy.config.listener.v3.Filter': 'name typed_config',
  'envoy.extensions.filters.listener.original_dst.v3.OriginalDst': '',
  'envoy.extensions.filters.listener.http_inspector.v3.HttpInspector': '',
  'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector': '',
  'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol':
    'allow_requests_without_proxy_protocol disallowed_versions stat_prefix rules pass_through_tlvs',
  'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.Rule': 'tlv_type on_tlv_present',
  'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.KeyValuePair': 'metadata_namespace key',
  'envoy.config.core.v3.ProxyProtocolPassThroughTLVs': 'match_type tlv_type',
  'envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit':
    'stat_prefix max_connections delay runtime_enabled',
  'envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit': 'stat_prefix token_bucket runtime_enabled',
  'envoy.extensions.filters.network.rbac.v3.RBAC': 'rules shadow_rules shadow_rules_stat_prefix stat_prefix',
  'envoy.type.v3.TokenBucket': 'max_tokens tokens_per_fill fill_interval',
  'envoy.config.core.v3.RuntimeFeatureFlag': 'default_value runtime_key',
  'envoy.extensions.filters.network.sni_cluster.v3.SniCluster': '',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy':
    'stat_prefix cluster weighted_clusters metadata_match hash_policy idle_timeout access_log ' +
    'max_connect_attempts max_downstream_connection_duration access_log_options tunneling_config',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TunnelingConfig':
    'hostname use_post headers_to_add post_path',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster': 'clusters',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight': 'name weight metadata_match',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TcpAccessLogOptions':
    'access_log_flush_interval flush_access_log_on_connected',
  'envoy.type.v3.HashPolicy': 'source_ip',
  'envoy.type.v3.HashPolicy.SourceIp': '',
};

/** Accepted without effect here. */
export const INERT: SupportedFields = {
  'envoy.config.listener.v3.Listener':
    'metadata enable_reuse_port reuse_port connection_balance_config ' +
    'max_connections_to_accept_per_socket_event tcp_fast_open_queue_length',
  'envoy.config.listener.v3.Listener.ConnectionBalanceConfig': 'exact_balance',
  'envoy.config.listener.v3.Listener.ConnectionBalanceConfig.ExactBalance': '',
  'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector': 'initial_read_buffer_size',
  'envoy.config.listener.v3.FilterChain': 'metadata',
};
