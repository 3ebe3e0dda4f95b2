import type { SupportedFields } from './fields.js';

/** HTTP filters. */
export const IMPLEMENTED: SupportedFields = {
  'envoy.extensions.filters.http.router.v3.Router': 'suppress_envoy_headers',
  'envoy.extensions.filters.http.fault.v3.HTTPFault':
    'delay abort upstream_cluster headers downstream_nodes max_active_faults',
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
