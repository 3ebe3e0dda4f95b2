import type { SupportedFields } from './fields.js';

/** HTTP filters. */
export const IMPLEMENTED: SupportedFields = {
  'envoy.extensions.filters.http.router.v3.Router':
    'suppress_envoy_headers strict_check_headers respect_expected_rq_timeout',
  'envoy.extensions.filters.http.fault.v3.HTTPFault':
    'delay abort upstream_cluster headers downstream_nodes max_active_faults response_rate_limit delay_percent_runtime ' +
    'abort_percent_runtime delay_duration_runtime abort_http_status_runtime max_active_faults_runtime ' +
    'response_rate_limit_percent_runtime abort_grpc_status_runtime disable_downstream_cluster_stats filter_metadata',
  'envoy.extensions.filters.common.fault.v3.FaultRateLimit': 'fixed_limit header_limit percentage',
  'envoy.extensions.filters.common.fault.v3.FaultRateLimit.FixedLimit': 'limit_kbps',
  'envoy.extensions.filters.common.fault.v3.FaultRateLimit.HeaderLimit': '',
  'envoy.extensions.filters.http.fault.v3.FaultAbort': 'http_status grpc_status header_abort percentage',
  'envoy.extensions.filters.http.fault.v3.FaultAbort.HeaderAbort': '',
  'envoy.extensions.filters.common.fault.v3.FaultDelay': 'fixed_delay header_delay percentage',
  'envoy.extensions.filters.common.fault.v3.FaultDelay.HeaderDelay': '',
  'envoy.extensions.filters.http.cors.v3.Cors': '',
  'envoy.extensions.filters.http.cors.v3.CorsPolicy':
    'allow_origin_string_match allow_methods allow_headers expose_headers max_age allow_credentials filter_enabled shadow_enabled ' +
    'allow_private_network_access forward_not_matching_preflights',
  'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation': 'mutations most_specific_header_mutations_wins',
  'envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute': 'mutations',
  'envoy.extensions.filters.http.header_mutation.v3.Mutations': 'request_mutations response_mutations',
  'envoy.config.common.mutation_rules.v3.HeaderMutation': 'remove append',
  'envoy.extensions.filters.http.set_metadata.v3.Config': 'metadata_namespace value metadata',
  'envoy.extensions.filters.http.set_metadata.v3.Metadata': 'metadata_namespace allow_overwrite value',
  'envoy.extensions.filters.http.rbac.v3.RBAC':
    'rules rules_stat_prefix shadow_rules shadow_rules_stat_prefix track_per_rule_stats',
  'envoy.extensions.filters.http.rbac.v3.RBACPerRoute': 'rbac',
  'envoy.config.rbac.v3.RBAC': 'action policies',
  'envoy.config.rbac.v3.Policy': 'permissions principals',
  'envoy.config.rbac.v3.Permission':
    'and_rules or_rules any header url_path destination_ip destination_port destination_port_range metadata not_rule ' +
    'requested_server_name',
  'envoy.config.rbac.v3.Permission.Set': 'rules',
  'envoy.config.rbac.v3.Principal':
    'and_ids or_ids any authenticated source_ip direct_remote_ip remote_ip header url_path metadata not_id',
  'envoy.config.rbac.v3.Principal.Set': 'ids',
  'envoy.config.rbac.v3.Principal.Authenticated': 'principal_name',
  'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit':
    'stat_prefix status token_bucket filter_enabled filter_enforced request_headers_to_add_when_not_enforced ' +
    'response_headers_to_add descriptors stage local_rate_limit_per_downstream_connection enable_x_ratelimit_headers ' +
    'vh_rate_limits always_consume_default_token_bucket rate_limited_as_resource_exhausted',
  'envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor': 'entries token_bucket',
  'envoy.extensions.common.ratelimit.v3.RateLimitDescriptor.Entry': 'key value',
  'envoy.type.v3.HttpStatus': 'code',
  'envoy.type.v3.TokenBucket': 'max_tokens tokens_per_fill fill_interval',
  'envoy.extensions.filters.http.buffer.v3.Buffer': 'max_request_bytes',
  'envoy.extensions.filters.http.buffer.v3.BufferPerRoute': 'disabled buffer',
  'envoy.extensions.filters.http.health_check.v3.HealthCheck':
    'pass_through_mode cache_time cluster_min_healthy_percentages headers',
  'envoy.extensions.filters.http.grpc_stats.v3.FilterConfig':
    'individual_method_stats_allowlist stats_for_all_methods enable_upstream_stats replace_dots_in_grpc_service_name',
  'envoy.config.core.v3.GrpcMethodList': 'services',
  'envoy.config.core.v3.GrpcMethodList.Service': 'name method_names',
  'envoy.extensions.filters.http.ratelimit.v3.RateLimit':
    'domain stage request_type timeout failure_mode_deny rate_limited_as_resource_exhausted rate_limit_service ' +
    'enable_x_ratelimit_headers disable_x_envoy_ratelimited_header rate_limited_status response_headers_to_add ' +
    'status_on_error stat_prefix',
  'envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute': 'vh_rate_limits override_option domain',
  'envoy.config.ratelimit.v3.RateLimitServiceConfig': 'grpc_service transport_api_version=AUTO|V3',
  'envoy.config.core.v3.GrpcService': 'envoy_grpc timeout initial_metadata',
  'envoy.config.core.v3.GrpcService.EnvoyGrpc': 'cluster_name authority',
  'envoy.extensions.filters.http.ext_authz.v3.ExtAuthz':
    'grpc_service http_service transport_api_version=AUTO|V3 failure_mode_allow failure_mode_allow_header_add with_request_body ' +
    'clear_route_cache status_on_error metadata_context_namespaces route_metadata_context_namespaces filter_enabled ' +
    'filter_enabled_metadata deny_at_disable include_peer_certificate stat_prefix allowed_headers disallowed_headers ' +
    'include_tls_session charge_cluster_response_stats encode_raw_headers',
  'envoy.extensions.filters.http.ext_authz.v3.BufferSettings': 'max_request_bytes allow_partial_message pack_as_bytes',
  'envoy.extensions.filters.http.ext_authz.v3.HttpService':
    'server_uri path_prefix authorization_request authorization_response',
  'envoy.extensions.filters.http.ext_authz.v3.AuthorizationRequest': 'allowed_headers headers_to_add',
  'envoy.extensions.filters.http.ext_authz.v3.AuthorizationResponse':
    'allowed_upstream_headers allowed_upstream_headers_to_append allowed_client_headers allowed_client_headers_on_success ' +
    'dynamic_metadata_from_headers',
  'envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute': 'disabled check_settings',
  'envoy.extensions.filters.http.ext_authz.v3.CheckSettings':
    'context_extensions disable_request_body_buffering with_request_body',
  'envoy.config.core.v3.HttpUri': 'uri cluster timeout',
  'envoy.config.core.v3.RuntimeFeatureFlag': 'default_value runtime_key',
  'envoy.type.matcher.v3.ListStringMatcher': 'patterns',
  'envoy.type.v3.Int32Range': 'start end',
  'envoy.type.v3.DoubleRange': 'start end',
  'envoy.type.matcher.v3.PathMatcher': 'path',
  'envoy.type.matcher.v3.MetadataMatcher': 'filter path value invert',
  'envoy.type.matcher.v3.MetadataMatcher.PathSegment': 'key',
  'envoy.type.matcher.v3.ValueMatcher':
    'null_match double_match string_match bool_match present_match list_match or_match',
  'envoy.type.matcher.v3.ValueMatcher.NullMatch': '',
  'envoy.type.matcher.v3.DoubleMatcher': 'range exact',
  'envoy.type.matcher.v3.ListMatcher': 'one_of',
  'envoy.type.matcher.v3.OrMatcher': 'value_matchers',
};
