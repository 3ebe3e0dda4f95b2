import type { SupportedFields } from './fields.js';

/** Tracing. */
export const IMPLEMENTED: SupportedFields = {
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager': 'tracing',
  'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing':
    'client_sampling random_sampling overall_sampling verbose max_path_tag_length custom_tags provider spawn_upstream_span',
  'envoy.config.trace.v3.Tracing.Http': 'name typed_config',
  'envoy.config.trace.v3.ZipkinConfig':
    'collector_cluster collector_endpoint trace_id_128bit shared_span_context collector_endpoint_version=HTTP_JSON collector_hostname',
  'envoy.config.trace.v3.OpenTelemetryConfig': 'grpc_service http_service service_name',
  'envoy.config.core.v3.HttpService': 'http_uri request_headers_to_add',
  'envoy.config.core.v3.HttpUri': 'uri cluster timeout',
  'envoy.config.route.v3.Route': 'decorator tracing',
  'envoy.config.route.v3.Decorator': 'operation propagate',
  'envoy.config.route.v3.Tracing': 'client_sampling random_sampling overall_sampling custom_tags',
  'envoy.extensions.filters.http.router.v3.Router': 'start_child_span',
  'envoy.type.tracing.v3.CustomTag': 'tag literal environment request_header metadata',
  'envoy.type.tracing.v3.CustomTag.Literal': 'value',
  'envoy.type.tracing.v3.CustomTag.Environment': 'name default_value',
  'envoy.type.tracing.v3.CustomTag.Header': 'name default_value',
  'envoy.type.tracing.v3.CustomTag.Metadata': 'kind metadata_key default_value',
  'envoy.type.metadata.v3.MetadataKind': 'request route cluster host',
  'envoy.type.metadata.v3.MetadataKind.Request': '',
  'envoy.type.metadata.v3.MetadataKind.Route': '',
  'envoy.type.metadata.v3.MetadataKind.Cluster': '',
  'envoy.type.metadata.v3.MetadataKind.Host': '',
  'envoy.type.metadata.v3.MetadataKey': 'key path',
  'envoy.type.metadata.v3.MetadataKey.PathSegment': 'key',
};
