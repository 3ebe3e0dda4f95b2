import { at, type JsonObject, list, text } from './dump.js';
import type { ProxyConfigFilters, Summary } from './filters.js';

const GAP = 5;

/** The columns of `istioctl proxy-config endpoint`, of `/clusters?format=json`. */
export function endpointSummary(clusters: unknown, filters: ProxyConfigFilters): Summary {
  const statuses = list(at(clusters as JsonObject, 'cluster_statuses'));
  const rows: string[][] = [];
  const messages: JsonObject[] = [];
  for (const status of statuses) {
    const cluster = text(status['name']);
    const hosts = list(status['host_statuses']).filter((host) => matches(host, cluster, filters));
    if (hosts.length > 0) messages.push({ ...status, host_statuses: hosts });
    for (const host of hosts) rows.push([endpointOf(host), healthOf(host), outlierOf(host), cluster]);
  }
  return { header: ['ENDPOINT', 'STATUS', 'OUTLIER CHECK', 'CLUSTER'], rows: rows.sort(byText), messages, gap: GAP };
}

function matches(host: JsonObject, cluster: string, filters: ProxyConfigFilters): boolean {
  const { address, port, cluster: wantedCluster, status } = filters;
  const socket = at(host, 'address', 'socket_address');
  return (
    (wantedCluster === undefined || cluster === wantedCluster) &&
    (address === undefined || text(at(socket, 'address')).toLowerCase() === address.toLowerCase()) &&
    (port === undefined || Number(text(at(socket, 'port_value'))) === port) &&
    (status === undefined || healthOf(host).toLowerCase() === status.toLowerCase())
  );
}

function endpointOf(host: JsonObject): string {
  const pipe = text(at(host, 'address', 'pipe', 'path'));
  if (pipe !== '') return `unix://${pipe}`;
  const socket = at(host, 'address', 'socket_address');
  return `${text(at(socket, 'address'))}:${text(at(socket, 'port_value'))}`;
}

function healthOf(host: JsonObject): string {
  if (at(host, 'health_status', 'failed_active_health_check') === true) return 'UNHEALTHY';
  return text(at(host, 'health_status', 'eds_health_status')) || 'UNKNOWN';
}

function outlierOf(host: JsonObject): string {
  return at(host, 'health_status', 'failed_outlier_check') === true ? 'FAILED' : 'OK';
}

function byText(left: readonly string[], right: readonly string[]): number {
  const [a, b] = [left.join(' '), right.join(' ')];
  return a === b ? 0 : a < b ? -1 : 1;
}
