import { compareText } from '../../compiler/ordering.js';
import { at, type ConfigDump, type JsonObject, list, text } from './dump.js';
import type { ProxyConfigFilters, Summary } from './filters.js';
import { describeMatch } from './routes.js';

const GAP = 1;
const HTTP_FILTER = 'envoy.filters.network.http_connection_manager';
const TCP_FILTER = 'envoy.filters.network.tcp_proxy';
const BLACK_HOLE = 'BlackHoleCluster';

/** The columns of `istioctl proxy-config listener`: a row for each filter chain. */
export function listenerSummary(dump: ConfigDump, filters: ProxyConfigFilters): Summary {
  const wanted = dump
    .listeners()
    .map((listener) => ({ listener, ...addressOf(listener), type: typeOf(listener) }))
    .filter(({ address, port, type }) => {
      const { address: wantedAddress, port: wantedPort, type: wantedType } = filters;
      return (
        (wantedAddress === undefined || address.toLowerCase() === wantedAddress.toLowerCase()) &&
        (wantedPort === undefined || port === wantedPort) &&
        (wantedType === undefined || type.toLowerCase() === wantedType.toLowerCase())
      );
    })
    .sort((left, right) => left.port - right.port || compareText(left.address, right.address));
  return {
    header: ['ADDRESSES', 'PORT', 'MATCH', 'DESTINATION'],
    rows: wanted.flatMap(({ listener, address, port }) =>
      chainsOf(listener).map((chain) => [address, String(port), matchOf(chain), destinationOf(chain)]),
    ),
    messages: wanted.map(({ listener }) => listener),
    gap: GAP,
  };
}

function addressOf(listener: JsonObject): { address: string; port: number } {
  const pipe = text(at(listener, 'address', 'pipe', 'path'));
  if (pipe !== '') return { address: `unix://${pipe}`, port: 0 };
  const socket = at(listener, 'address', 'socket_address');
  return { address: text(at(socket, 'address')), port: Number(text(at(socket, 'port_value')) || 0) };
}

function chainsOf(listener: JsonObject): JsonObject[] {
  const last = at(listener, 'default_filter_chain') as JsonObject | undefined;
  return [...list(listener['filter_chains']), ...(last ? [last] : [])];
}

/** `HTTP`, `TCP`, `HTTP+TCP`, `UNKNOWN` */
function typeOf(listener: JsonObject): string {
  const names = chainsOf(listener).flatMap((chain) => list(chain['filters']).map((filter) => text(filter['name'])));
  const isHttp = names.includes(HTTP_FILTER);
  if (names.includes(TCP_FILTER)) return isHttp ? 'HTTP+TCP' : 'TCP';
  return isHttp ? 'HTTP' : 'UNKNOWN';
}

function matchOf(chain: JsonObject): string {
  const match = at(chain, 'filter_chain_match') as JsonObject | undefined;
  const parts: string[] = [];
  const names = (field: string): string => ((match?.[field] ?? []) as string[]).join(',');
  if (names('server_names') !== '') parts.push(`SNI: ${names('server_names')}`);
  if (text(match?.['transport_protocol']) !== '') parts.push(`Trans: ${text(match?.['transport_protocol'])}`);
  if (names('application_protocols') !== '') parts.push(`App: ${names('application_protocols')}`);
  const port = match?.['destination_port'] === undefined ? '' : `:${text(match['destination_port'])}`;
  const ranges = list(match?.['prefix_ranges']).map(
    (range) => `${text(range['address_prefix'])}/${text(range['prefix_len']) || '0'}`,
  );
  if (ranges.length > 0) parts.push(`Addr: ${ranges.join(',')}${port}`);
  else if (port !== '') parts.push(`Addr: *${port}`);
  return parts.length === 0 ? 'ALL' : parts.join('; ');
}

function destinationOf(chain: JsonObject): string {
  for (const filter of list(chain['filters'])) {
    const config = at(filter, 'typed_config');
    if (filter['name'] === HTTP_FILTER) return httpDestination(config as JsonObject);
    if (filter['name'] !== TCP_FILTER) continue;
    const cluster = text(at(config, 'cluster'));
    if (cluster === BLACK_HOLE) continue;
    if (cluster === '') return `Clusters: ${weighted(config as JsonObject)}`;
    return cluster.endsWith('Cluster') ? cluster : `Cluster: ${cluster}`;
  }
  return 'Non-HTTP/Non-TCP';
}

function weighted(config: JsonObject): string {
  return list(at(config, 'weighted_clusters', 'clusters'))
    .map((each) => text(each['name']))
    .join(', ');
}

function httpDestination(config: JsonObject): string {
  const rds = text(at(config, 'rds', 'route_config_name'));
  if (rds !== '') return `Route: ${rds}`;
  const routes = list(at(config, 'route_config', 'virtual_hosts')).flatMap((host) => list(host['routes']));
  if (routes.length === 0) return 'HTTP';
  const [only] = routes;
  const cluster = routes.length === 1 ? text(at(only, 'route', 'cluster')) : '';
  if (cluster !== '' && text(at(only, 'match', 'prefix')) === '/') return `Cluster: ${cluster}`;
  return `Inline Route: ${routes.map((route) => describeMatch(route['match'])).join(', ')}`;
}
