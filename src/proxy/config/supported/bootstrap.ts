import type { SupportedFields } from './fields.js';

/** The bootstrap file. */
export const IMPLEMENTED: SupportedFields = {
  'envoy.config.bootstrap.v3.Bootstrap':
    'node cluster_manager static_resources dynamic_resources admin layered_runtime stats_config stats_flush_interval ' +
    'overload_manager',
  'envoy.config.overload.v3.OverloadManager': 'resource_monitors',
  'envoy.config.overload.v3.ResourceMonitor': 'name typed_config',
  'envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig':
    'max_active_downstream_connections',
  'envoy.config.bootstrap.v3.ClusterManager': 'local_cluster_name',
  'envoy.config.bootstrap.v3.Bootstrap.StaticResources': 'listeners clusters secrets',
  'envoy.config.bootstrap.v3.Bootstrap.DynamicResources': 'lds_config cds_config ads_config',
  'envoy.config.bootstrap.v3.Admin': 'address',
  'envoy.config.bootstrap.v3.LayeredRuntime': 'layers',
  'envoy.config.bootstrap.v3.RuntimeLayer': 'name static_layer admin_layer',
  'envoy.config.bootstrap.v3.RuntimeLayer.AdminLayer': '',
  'envoy.config.core.v3.Node': 'id cluster metadata locality user_agent_name user_agent_version client_features',
  'envoy.config.core.v3.Locality': 'region zone sub_zone',
  'envoy.config.core.v3.GrpcService': 'envoy_grpc timeout initial_metadata retry_policy',
  'envoy.config.core.v3.GrpcService.EnvoyGrpc': 'cluster_name authority retry_policy',
  'envoy.config.core.v3.RetryPolicy': 'retry_back_off',
  'envoy.config.core.v3.BackoffStrategy': 'base_interval max_interval',
};

/** Accepted without effect here: there are no sinks to flush to. */
export const INERT: SupportedFields = {
  'envoy.config.overload.v3.OverloadManager': 'refresh_interval', // connections are counted as they come
  'envoy.config.bootstrap.v3.Bootstrap': 'stats_flush_on_admin',
  'envoy.config.bootstrap.v3.Admin': 'profile_path ignore_global_conn_limit',
};
