/**
 * The fields that the proxy implements, by message. A field that is not here makes the proxy refuse the whole resource.
 * `field=A|B` allows only those values of an enum. Fields listed in {@link INERT} are accepted because they change nothing
 * that a client, a server or a reader of statistics of this proxy can see.
 */
const IMPLEMENTED: Readonly<Record<string, string>> = {
  'envoy.config.bootstrap.v3.Bootstrap': 'node static_resources admin',
  'envoy.config.bootstrap.v3.Bootstrap.StaticResources': 'listeners clusters',
  'envoy.config.bootstrap.v3.Admin': 'address',
  'envoy.config.listener.v3.Listener':
    'name address stat_prefix filter_chains use_original_dst default_filter_chain listener_filters listener_filters_timeout ' +
    'continue_on_listener_filters_timeout bind_to_port tcp_backlog_size',
  'envoy.config.listener.v3.ListenerFilter': 'name typed_config',
  'envoy.config.listener.v3.FilterChain': 'filter_chain_match filters name',
  'envoy.config.listener.v3.FilterChainMatch':
    'destination_port prefix_ranges direct_source_prefix_ranges source_type source_prefix_ranges source_ports server_names ' +
    'transport_protocol application_protocols',
  'envoy.config.listener.v3.Filter': 'name typed_config',
  'envoy.config.core.v3.Address': 'socket_address',
  'envoy.config.core.v3.SocketAddress': 'protocol=TCP address port_value',
  'envoy.config.core.v3.CidrRange': 'address_prefix prefix_len',
  'envoy.config.core.v3.Node': 'id cluster metadata locality',
  'envoy.config.core.v3.Locality': 'region zone sub_zone',
  'envoy.config.core.v3.HeaderValueOption': 'header append append_action keep_empty_value',
  'envoy.config.core.v3.HeaderValue': 'key value',
  'envoy.config.core.v3.RuntimeFractionalPercent': 'default_value runtime_key',
  'envoy.config.core.v3.RuntimeUInt32': 'default_value runtime_key',
  'envoy.config.core.v3.DataSource': 'inline_string inline_bytes',
  'envoy.config.core.v3.TypedExtensionConfig': 'name typed_config',
  'envoy.config.core.v3.ConfigSource': 'ads self resource_api_version api_config_source initial_fetch_timeout',
  'envoy.config.core.v3.ApiConfigSource': 'api_type transport_api_version grpc_services set_node_on_first_message_only',
  'envoy.config.core.v3.AggregatedConfigSource': '',
  'envoy.config.core.v3.HttpProtocolOptions':
    'idle_timeout max_connection_duration max_headers_count max_stream_duration max_requests_per_connection',
  'envoy.config.core.v3.Http1ProtocolOptions': 'allow_absolute_url accept_http_10 header_key_format enable_trailers',
  'envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat': 'stateful_formatter',
  'envoy.config.core.v3.SubstitutionFormatString':
    'text_format json_format text_format_source omit_empty_values content_type',
  'envoy.config.core.v3.BindConfig': 'source_address socket_options',
  'envoy.config.core.v3.SocketOption': 'description level name int_value state',
  'envoy.type.v3.Percent': 'value',
  'envoy.type.v3.FractionalPercent': 'numerator denominator',
  'envoy.type.v3.Int64Range': 'start end',
  'envoy.type.matcher.v3.StringMatcher': 'exact prefix suffix safe_regex contains ignore_case',
  'envoy.type.matcher.v3.RegexMatcher': 'google_re2 regex',
  'envoy.type.matcher.v3.RegexMatcher.GoogleRE2': '',
  'envoy.type.matcher.v3.RegexMatchAndSubstitute': 'pattern substitution',
  'envoy.config.accesslog.v3.AccessLog': 'name filter typed_config',
  'envoy.config.accesslog.v3.AccessLogFilter':
    'status_code_filter duration_filter not_health_check_filter runtime_filter and_filter or_filter header_filter response_flag_filter',
  'envoy.config.accesslog.v3.StatusCodeFilter': 'comparison',
  'envoy.config.accesslog.v3.DurationFilter': 'comparison',
  'envoy.config.accesslog.v3.NotHealthCheckFilter': '',
  'envoy.config.accesslog.v3.ComparisonFilter': 'op value',
  'envoy.config.accesslog.v3.RuntimeFilter': 'runtime_key percent_sampled',
  'envoy.config.accesslog.v3.AndFilter': 'filters',
  'envoy.config.accesslog.v3.OrFilter': 'filters',
  'envoy.config.accesslog.v3.HeaderFilter': 'header',
  'envoy.config.accesslog.v3.ResponseFlagFilter': 'flags',
  'envoy.extensions.access_loggers.file.v3.FileAccessLog': 'path format json_format typed_json_format log_format',
  'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog': 'log_format',
  'envoy.extensions.access_loggers.stream.v3.StderrAccessLog': 'log_format',
  'envoy.extensions.filters.listener.original_dst.v3.OriginalDst': '',
  'envoy.extensions.filters.listener.http_inspector.v3.HttpInspector': '',
  'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector': '',
  'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol': 'allow_requests_without_proxy_protocol',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy':
    'stat_prefix cluster weighted_clusters idle_timeout access_log max_connect_attempts max_downstream_connection_duration',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster': 'clusters',
  'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight': 'name weight',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager':
    'codec_type=AUTO|HTTP1 stat_prefix rds route_config http_filters common_http_protocol_options http_protocol_options server_name ' +
    'server_header_transformation max_request_headers_kb stream_idle_timeout request_headers_timeout delayed_close_timeout access_log ' +
    'use_remote_address skip_xff_append via generate_request_id preserve_external_request_id always_set_request_id_in_response ' +
    'upgrade_configs strip_matching_host_port strip_any_host_port internal_address_config',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.InternalAddressConfig':
    'cidr_ranges',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig':
    'upgrade_type enabled',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter': 'name typed_config',
  'envoy.extensions.filters.network.http_connection_manager.v3.Rds': 'config_source route_config_name',
  'envoy.extensions.filters.http.router.v3.Router': 'suppress_envoy_headers',
  'envoy.extensions.filters.http.fault.v3.HTTPFault':
    'delay abort upstream_cluster headers downstream_nodes max_active_faults',
  'envoy.extensions.filters.http.fault.v3.FaultAbort': 'http_status grpc_status header_abort percentage',
  'envoy.extensions.filters.http.fault.v3.FaultAbort.HeaderAbort': '',
  'envoy.extensions.filters.common.fault.v3.FaultDelay': 'fixed_delay header_delay percentage',
  'envoy.extensions.filters.common.fault.v3.FaultDelay.HeaderDelay': '',
  'envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig': '',
  'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate': '',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': 'common_http_protocol_options explicit_http_config',
  'envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig': 'http_protocol_options',
  'envoy.config.route.v3.RouteConfiguration':
    'name virtual_hosts response_headers_to_add response_headers_to_remove request_headers_to_add request_headers_to_remove ' +
    'most_specific_header_mutations_wins request_mirror_policies ignore_port_in_host_matching typed_per_filter_config',
  'envoy.config.route.v3.VirtualHost':
    'name domains routes request_headers_to_add request_headers_to_remove response_headers_to_add response_headers_to_remove ' +
    'typed_per_filter_config include_request_attempt_count include_attempt_count_in_response retry_policy request_mirror_policies',
  'envoy.config.route.v3.Route':
    'name match route redirect direct_response typed_per_filter_config request_headers_to_add request_headers_to_remove ' +
    'response_headers_to_add response_headers_to_remove',
  'envoy.config.route.v3.RouteMatch':
    'prefix path safe_regex path_separated_prefix case_sensitive runtime_fraction headers query_parameters grpc',
  'envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions': '',
  'envoy.config.route.v3.HeaderMatcher':
    'name exact_match safe_regex_match range_match present_match prefix_match suffix_match contains_match string_match invert_match ' +
    'treat_missing_header_as_empty',
  'envoy.config.route.v3.QueryParameterMatcher': 'name string_match present_match',
  'envoy.config.route.v3.RouteAction':
    'cluster cluster_header weighted_clusters cluster_not_found_response_code prefix_rewrite regex_rewrite host_rewrite_literal ' +
    'auto_host_rewrite host_rewrite_header host_rewrite_path_regex append_x_forwarded_host timeout idle_timeout retry_policy ' +
    'request_mirror_policies priority upgrade_configs max_stream_duration',
  'envoy.config.route.v3.RouteAction.MaxStreamDuration': 'max_stream_duration',
  'envoy.config.route.v3.RouteAction.UpgradeConfig': 'upgrade_type enabled',
  'envoy.config.route.v3.RouteAction.RequestMirrorPolicy':
    'cluster cluster_header runtime_fraction disable_shadow_host_suffix_append',
  'envoy.config.route.v3.WeightedCluster': 'clusters total_weight',
  'envoy.config.route.v3.WeightedCluster.ClusterWeight':
    'name weight request_headers_to_add request_headers_to_remove response_headers_to_add response_headers_to_remove host_rewrite_literal',
  'envoy.config.route.v3.RetryPolicy':
    'retry_on num_retries per_try_timeout retry_host_predicate host_selection_retry_max_attempts retriable_status_codes retry_back_off ' +
    'retriable_headers retriable_request_headers',
  'envoy.config.route.v3.RetryPolicy.RetryHostPredicate': 'name typed_config',
  'envoy.config.route.v3.RetryPolicy.RetryBackOff': 'base_interval max_interval',
  'envoy.config.route.v3.RedirectAction':
    'https_redirect scheme_redirect host_redirect port_redirect path_redirect prefix_rewrite regex_rewrite response_code strip_query',
  'envoy.config.route.v3.DirectResponseAction': 'status body',
  'envoy.config.cluster.v3.Cluster':
    'name alt_stat_name type eds_cluster_config connect_timeout lb_policy=ROUND_ROBIN|LEAST_REQUEST|RANDOM|CLUSTER_PROVIDED ' +
    'load_assignment max_requests_per_connection circuit_breakers common_http_protocol_options http_protocol_options ' +
    'typed_extension_protocol_options dns_refresh_rate dns_lookup_family outlier_detection cleanup_interval upstream_bind_config ' +
    'original_dst_lb_config least_request_lb_config round_robin_lb_config common_lb_config',
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

/** Accepted without effect here: hints to a debugger, to Envoy's threads, or to what this proxy has in one way only. */
const INERT: Readonly<Record<string, string>> = {
  'envoy.config.listener.v3.Listener':
    'metadata traffic_direction enable_reuse_port per_connection_buffer_limit_bytes drain_type',
  'envoy.config.listener.v3.FilterChain': 'metadata',
  'envoy.config.core.v3.Metadata': 'filter_metadata',
  'envoy.config.core.v3.Node': 'user_agent_name user_agent_version',
  'envoy.config.route.v3.RouteConfiguration': 'validate_clusters metadata',
  'envoy.config.route.v3.Route': 'metadata decorator stat_prefix',
  'envoy.config.route.v3.Decorator': 'operation propagate',
  'envoy.config.route.v3.VirtualHost': 'metadata',
  'envoy.config.route.v3.RouteAction': 'max_grpc_timeout',
  'envoy.config.cluster.v3.Cluster': 'metadata per_connection_buffer_limit_bytes wait_for_warm_on_init',
  'envoy.config.cluster.v3.CircuitBreakers.Thresholds': 'track_remaining',
  'envoy.config.cluster.v3.OutlierDetection':
    'enforcing_success_rate success_rate_minimum_hosts success_rate_request_volume success_rate_stdev_factor',
  'envoy.config.endpoint.v3.LocalityLbEndpoints': 'metadata',
  'envoy.config.endpoint.v3.LbEndpoint': 'metadata',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager': 'drain_timeout',
};

function merge(): Readonly<Record<string, string>> {
  const merged: Record<string, string> = { ...IMPLEMENTED };
  for (const [message, fields] of Object.entries(INERT)) merged[message] = `${merged[message] ?? ''} ${fields}`.trim();
  return merged;
}

/** Message type -> names of the fields that may be set, separated by blanks. */
export const SUPPORTED: Readonly<Record<string, string>> = merge();
