import type { SupportedFields } from './fields.js';

/** The HTTP connection manager and its protocols. */
export const IMPLEMENTED: SupportedFields = {
  'envoy.config.core.v3.HttpProtocolOptions':
    'idle_timeout max_connection_duration max_headers_count max_stream_duration max_requests_per_connection headers_with_underscores_action',
  'envoy.config.core.v3.Http1ProtocolOptions':
    'allow_absolute_url accept_http_10 default_host_for_http_10 header_key_format enable_trailers allow_chunked_length ' +
    'override_stream_error_on_invalid_http_message allow_custom_methods',
  'envoy.config.core.v3.Http2ProtocolOptions':
    'hpack_table_size max_concurrent_streams initial_stream_window_size initial_connection_window_size allow_connect ' +
    'max_outbound_control_frames max_consecutive_inbound_frames_with_empty_payload max_inbound_priority_frames_per_stream ' +
    'max_inbound_window_update_frames_per_data_frame_sent override_stream_error_on_invalid_http_message connection_keepalive',
  'envoy.config.core.v3.KeepaliveSettings': 'interval timeout interval_jitter',
  'envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat': 'stateful_formatter proper_case_words',
  'envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat.ProperCaseWords': '',
  'envoy.config.core.v3.SchemeHeaderTransformation': 'scheme_to_overwrite',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager':
    'codec_type=AUTO|HTTP1|HTTP2 stat_prefix rds route_config http_filters common_http_protocol_options http_protocol_options ' +
    'http2_protocol_options server_name ' +
    'server_header_transformation max_request_headers_kb stream_idle_timeout request_headers_timeout delayed_close_timeout access_log ' +
    'use_remote_address skip_xff_append via generate_request_id preserve_external_request_id always_set_request_id_in_response ' +
    'forward_client_cert_details set_current_client_cert_details ' +
    'upgrade_configs strip_matching_host_port strip_any_host_port internal_address_config drain_timeout xff_num_trusted_hops ' +
    'append_x_forwarded_port proxy_100_continue scheme_header_transformation normalize_path merge_slashes ' +
    'path_with_escaped_slashes_action stream_error_on_invalid_http_message strip_trailing_host_dot request_timeout local_reply_config ' +
    'access_log_options access_log_flush_interval flush_access_log_on_new_request',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.HcmAccessLogOptions':
    'access_log_flush_interval flush_access_log_on_new_request flush_log_on_tunnel_successfully_established',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.InternalAddressConfig':
    'cidr_ranges',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig':
    'upgrade_type enabled',
  'envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig': 'mappers body_format',
  'envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper':
    'filter status_code body body_format_override headers_to_add',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter': 'name typed_config is_optional disabled',
  'envoy.extensions.filters.network.http_connection_manager.v3.Rds': 'config_source route_config_name',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails':
    'subject cert chain dns uri',
  'envoy.extensions.http.header_formatters.preserve_case.v3.PreserveCaseFormatterConfig': '',
};
