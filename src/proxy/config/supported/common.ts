import type { SupportedFields } from './fields.js';

/** What stands in messages of many kinds. */
export const IMPLEMENTED: SupportedFields = {
  'envoy.config.core.v3.Address': 'socket_address pipe',
  'envoy.config.core.v3.SocketAddress': 'protocol=TCP address port_value ipv4_compat',
  'envoy.config.core.v3.CidrRange': 'address_prefix prefix_len',
  'envoy.config.core.v3.HeaderValueOption': 'header append append_action keep_empty_value',
  'envoy.config.core.v3.HeaderValue': 'key value',
  'envoy.config.core.v3.RuntimeFractionalPercent': 'default_value runtime_key',
  'envoy.config.core.v3.RuntimeUInt32': 'default_value runtime_key',
  'envoy.config.core.v3.DataSource': 'filename inline_string inline_bytes environment_variable',
  'envoy.config.core.v3.TypedExtensionConfig': 'name typed_config',
  'envoy.config.core.v3.ConfigSource':
    'ads self path path_config_source resource_api_version=AUTO|V3 api_config_source initial_fetch_timeout',
  'envoy.config.core.v3.ApiConfigSource':
    'api_type=GRPC|DELTA_GRPC|AGGREGATED_GRPC|AGGREGATED_DELTA_GRPC transport_api_version=AUTO|V3 grpc_services ' +
    'set_node_on_first_message_only',
  'envoy.config.core.v3.AggregatedConfigSource': '',
  'envoy.config.core.v3.SelfConfigSource': 'transport_api_version=AUTO|V3',
  'envoy.config.core.v3.PathConfigSource': 'path watched_directory',
  'envoy.config.core.v3.WatchedDirectory': 'path',
  'envoy.type.v3.Percent': 'value',
  'envoy.type.v3.FractionalPercent': 'numerator denominator',
  'envoy.type.v3.Int64Range': 'start end',
  'envoy.type.matcher.v3.StringMatcher': 'exact prefix suffix safe_regex contains ignore_case',
  'envoy.type.matcher.v3.RegexMatcher': 'google_re2 regex',
  'envoy.type.matcher.v3.RegexMatcher.GoogleRE2': '',
  'envoy.type.matcher.v3.RegexMatchAndSubstitute': 'pattern substitution',
};

/** Accepted without effect here. */
export const INERT: SupportedFields = {
  'envoy.config.core.v3.Metadata': 'filter_metadata',
};
