/** Messages for tests of dynamic configuration, as YAML. */

const HCM = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const ROUTER = 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router';

/** @param source of the routes: a ConfigSource, as YAML */
export function listener(name: string, route: string, source = '{ ads: {} }', statPrefix = name): string {
  return `
name: ${name}
address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
filter_chains:
- filters:
  - name: hcm
    typed_config:
      "@type": ${HCM}
      stat_prefix: ${statPrefix}
      rds: { route_config_name: ${route}, config_source: ${source} }
      http_filters: [{ name: router, typed_config: { "@type": ${ROUTER} } }]
`;
}

export function routes(name: string, cluster: string, more = ''): string {
  return `{ name: ${name}, virtual_hosts: [{ name: all, domains: ["*"], routes: [{ match: { prefix: / }, route: { cluster: ${cluster} ${more} } }] }] }`;
}

export function edsCluster(name: string, source = '{ ads: {} }', more = ''): string {
  return `{ name: ${name}, type: EDS, connect_timeout: 1s, eds_cluster_config: { eds_config: ${source} } ${more} }`;
}

export function endpoints(name: string, ...ports: readonly number[]): string {
  const list = ports.map(
    (port) => `{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${port} } } } }`,
  );
  return `{ cluster_name: ${name}, endpoints: [{ lb_endpoints: [${list.join(', ')}] }] }`;
}

/** A static cluster that leads to a control plane. */
export function controlPlane(port: number, more = ''): string {
  return `{ name: xds, type: STATIC, connect_timeout: 1s, load_assignment: ${endpoints('xds', port)} ${more} }`;
}

export function apiSource(apiType: string): string {
  return `{ api_type: ${apiType}, transport_api_version: V3, grpc_services: [{ envoy_grpc: { cluster_name: xds, retry_policy: { retry_back_off: { base_interval: 0.01s, max_interval: 0.02s } } }, initial_metadata: [{ key: token, value: t1 }] }] }`;
}

export function bootstrap(dynamic: string, clusters: readonly string[], listeners: readonly string[] = []): string {
  return `
node: { id: n1, cluster: c1, metadata: { role: edge }, locality: { zone: z1 } }
dynamic_resources: ${dynamic}
static_resources:
  clusters: [${clusters.join(', ')}]
  listeners:
${listeners.map((each) => `  - ${each.trim().replaceAll('\n', '\n    ')}`).join('\n')}
`;
}
