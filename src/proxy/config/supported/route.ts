import type { SupportedFields } from './fields.js';

/** Routes. */
export const IMPLEMENTED: SupportedFields = {
  'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate': '',
  'envoy.config.route.v3.RouteConfiguration':
    'name virtual_hosts response_headers_to_add response_headers_to_remove request_headers_to_add request_headers_to_remove ' +
    'most_specific_header_mutations_wins request_mirror_policies ignore_port_in_host_matching typed_per_filter_config ' +
    'validate_clusters max_direct_response_body_size_bytes',
  'envoy.config.route.v3.VirtualHost':
    'name domains routes request_headers_to_add request_headers_to_remove response_headers_to_add response_headers_to_remove ' +
    'typed_per_filter_config include_request_attempt_count include_attempt_count_in_response retry_policy request_mirror_policies ' +
    'rate_limits require_tls include_is_timeout_retry_header virtual_clusters',
  'envoy.config.route.v3.VirtualCluster': 'headers name',
  'envoy.config.route.v3.Route':
    'stat_prefix name match route redirect direct_response typed_per_filter_config request_headers_to_add request_headers_to_remove ' +
    'response_headers_to_add response_headers_to_remove',
  'envoy.config.route.v3.RouteMatch':
    'prefix path safe_regex path_separated_prefix case_sensitive runtime_fraction headers query_parameters grpc ' +
    'connect_matcher tls_context dynamic_metadata',
  'envoy.config.route.v3.RouteMatch.ConnectMatcher': '',
  'envoy.config.route.v3.RouteMatch.TlsContextMatchOptions': 'presented validated',
  'envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions': '',
  'envoy.config.route.v3.HeaderMatcher':
    'name exact_match safe_regex_match range_match present_match prefix_match suffix_match contains_match string_match invert_match ' +
    'treat_missing_header_as_empty',
  'envoy.config.route.v3.QueryParameterMatcher': 'name string_match present_match',
  'envoy.config.route.v3.RouteAction':
    'cluster cluster_header weighted_clusters cluster_not_found_response_code prefix_rewrite regex_rewrite host_rewrite_literal ' +
    'auto_host_rewrite host_rewrite_header host_rewrite_path_regex append_x_forwarded_host timeout idle_timeout retry_policy ' +
    'request_mirror_policies priority upgrade_configs max_stream_duration hash_policy metadata_match rate_limits include_vh_rate_limits ' +
    'max_grpc_timeout grpc_timeout_offset',
  'envoy.config.route.v3.RouteAction.MaxStreamDuration':
    'max_stream_duration grpc_timeout_header_max grpc_timeout_header_offset',
  'envoy.config.route.v3.RouteAction.UpgradeConfig': 'upgrade_type enabled connect_config',
  'envoy.config.route.v3.RouteAction.UpgradeConfig.ConnectConfig': 'allow_post',
  'envoy.config.route.v3.RouteAction.RequestMirrorPolicy':
    'cluster cluster_header runtime_fraction disable_shadow_host_suffix_append',
  'envoy.config.route.v3.WeightedCluster': 'clusters runtime_key_prefix header_name',
  'envoy.config.route.v3.WeightedCluster.ClusterWeight':
    'name cluster_header weight request_headers_to_add request_headers_to_remove response_headers_to_add response_headers_to_remove host_rewrite_literal metadata_match ' +
    'typed_per_filter_config',
  'envoy.config.route.v3.RateLimit': 'stage disable_key actions limit',
  'envoy.config.route.v3.RateLimit.Override': 'dynamic_metadata',
  'envoy.config.route.v3.RateLimit.Override.DynamicMetadata': 'metadata_key',
  'envoy.config.route.v3.RateLimit.Action':
    'source_cluster destination_cluster request_headers remote_address generic_key header_value_match dynamic_metadata metadata ' +
    'masked_remote_address query_parameter_value_match',
  'envoy.config.route.v3.RateLimit.Action.SourceCluster': '',
  'envoy.config.route.v3.RateLimit.Action.DestinationCluster': '',
  'envoy.config.route.v3.RateLimit.Action.RemoteAddress': '',
  'envoy.config.route.v3.RateLimit.Action.RequestHeaders': 'header_name descriptor_key skip_if_absent',
  'envoy.config.route.v3.RateLimit.Action.MaskedRemoteAddress': 'v4_prefix_mask_len v6_prefix_mask_len',
  'envoy.config.route.v3.RateLimit.Action.GenericKey': 'descriptor_key descriptor_value',
  'envoy.config.route.v3.RateLimit.Action.HeaderValueMatch': 'descriptor_key descriptor_value expect_match headers',
  'envoy.config.route.v3.RateLimit.Action.QueryParameterValueMatch':
    'descriptor_key descriptor_value expect_match query_parameters',
  'envoy.config.route.v3.RateLimit.Action.DynamicMetaData': 'descriptor_key metadata_key default_value',
  'envoy.config.route.v3.RateLimit.Action.MetaData': 'descriptor_key metadata_key default_value source skip_if_absent',
  'envoy.type.metadata.v3.MetadataKey': 'key path',
  'envoy.type.metadata.v3.MetadataKey.PathSegment': 'key',
  'envoy.config.route.v3.FilterConfig': 'config is_optional disabled',
  'envoy.config.route.v3.RetryPolicy':
    'retry_on num_retries per_try_timeout retry_host_predicate host_selection_retry_max_attempts retriable_status_codes retry_back_off ' +
    'retriable_headers retry_priority retriable_request_headers rate_limited_retry_back_off',
  'envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff': 'reset_headers max_interval',
  'envoy.config.route.v3.RetryPolicy.ResetHeader': 'name format',
  'envoy.config.route.v3.RetryPolicy.RetryHostPredicate': 'name typed_config',
  'envoy.config.route.v3.RetryPolicy.RetryPriority': 'name typed_config',
  'envoy.extensions.retry.host.omit_canary_hosts.v3.OmitCanaryHostsPredicate': '',
  'envoy.extensions.retry.host.omit_host_metadata.v3.OmitHostMetadataConfig': 'metadata_match',
  'envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig': 'update_frequency',
  'envoy.config.route.v3.RouteAction.HashPolicy': 'header cookie connection_properties query_parameter terminal',
  'envoy.config.route.v3.RouteAction.HashPolicy.Header': 'header_name regex_rewrite',
  'envoy.config.route.v3.RouteAction.HashPolicy.Cookie': 'name ttl path attributes',
  'envoy.config.route.v3.RouteAction.HashPolicy.CookieAttribute': 'name value',
  'envoy.config.route.v3.RouteAction.HashPolicy.ConnectionProperties': 'source_ip',
  'envoy.config.route.v3.RouteAction.HashPolicy.QueryParameter': 'name',
  'envoy.config.route.v3.RetryPolicy.RetryBackOff': 'base_interval max_interval',
  'envoy.config.route.v3.RedirectAction':
    'https_redirect scheme_redirect host_redirect port_redirect path_redirect prefix_rewrite regex_rewrite response_code strip_query',
  'envoy.config.route.v3.DirectResponseAction': 'status body',
};

/** Accepted without effect here. */
export const INERT: SupportedFields = {
  'envoy.config.route.v3.RouteConfiguration': 'metadata',
  'envoy.config.route.v3.Route': 'metadata decorator',
  'envoy.config.route.v3.Decorator': 'operation propagate',
  'envoy.config.route.v3.VirtualHost': 'metadata',
  'envoy.config.route.v3.WeightedCluster': 'total_weight',
};
