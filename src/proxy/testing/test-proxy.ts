import type { Clock } from '../../base/clock.js';
import { SystemClock } from '../../base/clock.js';
import { SILENT_LOGGER } from '../../base/logger.js';
import { type Random, SeededRandom } from '../../base/random.js';
import { loadBootstrap } from '../config/bootstrap.js';
import type { LogicalProxy } from '../logical-proxy.js';
import { HostSockets, type SocketFactory } from '../network.js';
import { ProxyServer } from '../proxy-server.js';

/** A proxy on real sockets, for tests. */
export interface TestProxy {
  readonly proxy: LogicalProxy;
  readonly logs: string[];
  port(listener: string): number;
  stat(name: string): number;
  close(): Promise<void>;
}

export interface TestProxyOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly sockets?: SocketFactory;
}

export async function startProxy(bootstrap: string, options: TestProxyOptions = {}): Promise<TestProxy> {
  const { node, message } = loadBootstrap(bootstrap);
  const server = new ProxyServer({
    clock: options.clock ?? new SystemClock(),
    random: options.random ?? new SeededRandom(1),
    logger: SILENT_LOGGER,
  });
  const logs: string[] = [];
  const proxy = server.add({
    id: 'test',
    node,
    sockets: options.sockets ?? new HostSockets(),
    bootstrap: message,
    onLog: (line) => logs.push(line),
  });
  await proxy.ready();
  const { stats } = proxy.context;
  return {
    proxy,
    logs,
    port: (listener) => proxy.boundAddress(listener)?.port ?? 0,
    stat: (name) => stats.counters.get(name)?.value ?? stats.gauges.get(name)?.value ?? 0,
    close: () => server.close(),
  };
}

export interface BootstrapParts {
  /** YAML list items of routes, indented by nothing. */
  readonly routes: string;
  /** YAML list items of clusters. */
  readonly clusters: string;
  /** YAML of further fields of the connection manager. */
  readonly manager?: string;
  readonly adminPort?: number;
  /** YAML list items of HTTP filters before the router. */
  readonly filters?: string;
  /** YAML of further fields of the virtual host. */
  readonly host?: string;
  /** YAML of further fields of the route configuration. */
  readonly table?: string;
}

const FAULT = `
- name: envoy.filters.http.fault
  typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault }`;

/** A bootstrap with one listener `test` and one virtual host for all domains. */
export function bootstrap(parts: BootstrapParts): string {
  const { routes, clusters, manager = '', adminPort, filters = FAULT, host = '', table = '' } = parts;
  const admin =
    adminPort === undefined
      ? ''
      : `admin: { address: { socket_address: { address: 127.0.0.1, port_value: ${adminPort} } } }`;
  return `
${admin}
static_resources:
  listeners:
  - name: test
    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: test
${indent(manager, 10)}
          access_log:
          - name: log
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog
              log_format: { text_format_source: { inline_string: "LOG %RESPONSE_CODE% %RESPONSE_FLAGS% %REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL% %BYTES_RECEIVED% %BYTES_SENT% %UPSTREAM_CLUSTER%\\n" } }
          route_config:
            name: test
${indent(table, 12)}
            virtual_hosts:
            - name: all
              domains: ["*"]
              include_attempt_count_in_response: true
${indent(host, 14)}
              routes:
${indent(routes, 14)}
          http_filters:
${indent(filters, 10)}
          - name: envoy.filters.http.router
            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:
${indent(clusters, 2)}
`;
}

/** YAML of a static cluster. */
export function staticCluster(name: string, ports: readonly number[], more = ''): string {
  const endpoints = ports.map(
    (port) => `{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${port} } } } }`,
  );
  return `- name: ${name}
  type: STATIC
  connect_timeout: 1s
  load_assignment: { cluster_name: ${name}, endpoints: [{ lb_endpoints: [${endpoints.join(', ')}] }] }
${indent(more, 2)}`;
}

function indent(text: string, by: number): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ' '.repeat(by) + line)
    .join('\n');
}
