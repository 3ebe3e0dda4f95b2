type Json = Readonly<Record<string, unknown>>;

const EXTENSIONS = 'type.googleapis.com/envoy.extensions';
export const SERVICES = ['customer', 'preference', 'recommendation'] as const;
export type ServiceName = (typeof SERVICES)[number];

export interface ServicePorts {
  readonly service: number;
  /** Of its sidecar, for requests to the service. */
  readonly inbound: number;
  /** Of its sidecar, for requests by the service. */
  readonly outbound: number;
}

export interface ChainPorts {
  readonly ingress: number;
  readonly services: Readonly<Record<ServiceName, ServicePorts>>;
}

/** The ingress and the sidecar of each service: a request passes the ingress, three sidecars inwards and two outwards. */
export function chainBootstraps(ports: ChainPorts): readonly Json[] {
  const inboundOf = (name: ServiceName): number => ports.services[name].inbound;
  const ingress = bootstrap([{ name: 'ingress', port: ports.ingress, to: { customer: inboundOf('customer') } }]);
  const sidecars = SERVICES.map((name) => {
    const { service, inbound, outbound } = ports.services[name];
    const others = Object.fromEntries(SERVICES.map((other) => [other, inboundOf(other)]));
    return bootstrap([
      { name: 'inbound', port: inbound, to: { [`${name}-local`]: service } },
      { name: 'outbound', port: outbound, to: others },
    ]);
  });
  return [ingress, ...sidecars];
}

interface Listener {
  readonly name: string;
  readonly port: number;
  /** Cluster -> its port. A single one takes all hosts, else each takes the host of its name. */
  readonly to: Readonly<Record<string, number>>;
}

function bootstrap(listeners: readonly Listener[]): Json {
  const clusters = listeners.flatMap(({ to }) => Object.entries(to));
  return { static_resources: { listeners: listeners.map(listenerConfig), clusters: clusters.map(clusterConfig) } };
}

function listenerConfig({ name, port, to }: Listener): Json {
  const clusters = Object.keys(to);
  const virtual_hosts = clusters.map((cluster) => ({
    name: cluster,
    domains: clusters.length === 1 ? ['*'] : [cluster],
    routes: [
      {
        match: { prefix: '/' },
        route: { cluster, retry_policy: { retry_on: 'connect-failure,refused-stream', num_retries: 2 } },
      },
    ],
  }));
  const typed_config = {
    '@type': `${EXTENSIONS}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: name,
    route_config: { name, virtual_hosts },
    http_filters: [
      { name: 'envoy.filters.http.fault', typed_config: { '@type': `${EXTENSIONS}.filters.http.fault.v3.HTTPFault` } },
      { name: 'envoy.filters.http.router', typed_config: { '@type': `${EXTENSIONS}.filters.http.router.v3.Router` } },
    ],
  };
  const filters = [{ name: 'envoy.filters.network.http_connection_manager', typed_config }];
  return { name, address: address(port), filter_chains: [{ filters }] };
}

function clusterConfig([name, port]: readonly [string, number]): Json {
  const endpoints = [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }];
  return { name, type: 'STATIC', connect_timeout: '1s', load_assignment: { cluster_name: name, endpoints } };
}

function address(port: number): Json {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}
