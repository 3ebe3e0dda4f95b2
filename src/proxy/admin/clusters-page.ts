import type { Cluster } from '../cluster/cluster.js';
import { healthFlags } from '../cluster/health-flags.js';
import type { Host } from '../cluster/host.js';
import { nameFilter } from './name-filter.js';
import { type AdminCall, type AdminHandler, json, type Page, text } from './page.js';
import { isStatic } from './static-names.js';

/** `/clusters` */
export const CLUSTERS_HANDLER: AdminHandler = {
  path: '/clusters',
  help: 'upstream cluster status',
  mutates: false,
  parameters: [{ name: 'filter', help: 'Regular expression (Google re2) for filtering clusters by name' }],
  handle: clusters,
};

function clusters({ proxy, query }: AdminCall): Page {
  const wants = nameFilter(query.get('filter'), () => 'Invalid re2 regex\n');
  if (typeof wants !== 'function') return wants;
  const chosen = [...proxy.clusters.clusters]
    .filter(({ name }) => wants(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const dynamic = (cluster: Cluster): boolean => !isStatic(proxy.bootstrap, 'clusters', cluster.name);
  if (query.get('format') === 'json') {
    const statuses = chosen.map((cluster) => clusterJson(cluster, dynamic(cluster)));
    return json(statuses.length === 0 ? {} : { cluster_statuses: statuses });
  }
  return text(chosen.map((cluster) => clusterText(cluster, dynamic(cluster))).join(''));
}

function clusterText(cluster: Cluster, dynamic: boolean): string {
  const { name } = cluster;
  const lines = [`observability_name::${cluster.config.altStatName || name}`];
  if (cluster.outlier !== undefined) {
    for (const figure of OUTLIER_FIGURES) lines.push(`outlier::${figure}::-1`);
  }
  cluster.resources.forEach((resources, i) => {
    const priority = i === 0 ? 'default_priority' : 'high_priority';
    for (const [field, value] of thresholds(resources)) lines.push(`${priority}::${field}::${value}`);
  });
  lines.push(`added_via_api::${dynamic}`);
  const edsName = cluster.config.edsClusterConfig?.serviceName;
  if (edsName) lines.push(`eds_service_name::${edsName}`);
  for (const host of cluster.hosts) {
    for (const [key, value] of hostFacts(host)) lines.push(`${host.id}::${key}::${value}`);
  }
  return lines.map((line) => `${name}::${line}\n`).join('');
}

const OUTLIER_FIGURES = [
  'success_rate_average',
  'success_rate_ejection_threshold',
  'local_origin_success_rate_average',
  'local_origin_success_rate_ejection_threshold',
];

function thresholds(resources: Cluster['resources'][number]): readonly (readonly [string, number])[] {
  return [
    ['max_connections', resources.connections.max()],
    ['max_pending_requests', resources.pending.max()],
    ['max_requests', resources.requests.max()],
    ['max_retries', resources.retries.max()],
  ];
}

function pendingOf(host: Host): number {
  let pending = 0;
  for (const pool of host.pools) pending += pool?.pendingCount ?? 0;
  return pending;
}

function hostFacts(host: Host): readonly (readonly [string, string | number | boolean])[] {
  return [
    ['cx_active', host.activeConnections],
    ['cx_connect_fail', host.connectFailures],
    ['cx_total', host.totalConnections],
    ['rq_active', host.activeRequests],
    ['rq_error', host.requestErrors],
    ['rq_pending_active', pendingOf(host)],
    ['rq_success', host.requestSuccesses],
    ['rq_timeout', host.requestTimeouts],
    ['rq_total', host.totalRequests],
    ['hostname', host.hostname],
    ['health_flags', healthFlags(host)],
    ['weight', host.weight],
    ['region', host.locality.region],
    ['zone', host.locality.zone],
    ['sub_zone', host.locality.subZone],
    ['canary', host.canary],
    ['priority', host.priority],
    ['success_rate', host.outlier.external.rate],
    ['local_origin_success_rate', host.outlier.localOrigin.rate],
  ];
}

/** Proto3's JSON: what has its default value is left out. */
function clusterJson(cluster: Cluster, dynamic: boolean): unknown {
  const edsName = cluster.config.edsClusterConfig?.serviceName;
  return {
    name: cluster.name,
    ...(dynamic ? { added_via_api: true } : {}),
    ...(cluster.hosts.length === 0 ? {} : { host_statuses: cluster.hosts.map(hostJson) }),
    circuit_breakers: {
      thresholds: cluster.resources.map((resources, i) => ({
        ...(i === 0 ? {} : { priority: 'HIGH' }),
        ...Object.fromEntries(thresholds(resources)),
      })),
    },
    observability_name: cluster.config.altStatName || cluster.name,
    ...(edsName ? { eds_service_name: edsName } : {}),
  };
}

function hostJson(host: Host): unknown {
  const counter = (name: string, value: number): unknown => ({
    ...(value === 0 ? {} : { value: String(value) }),
    name,
  });
  const gauge = (name: string, value: number): unknown => ({
    type: 'GAUGE',
    ...(value === 0 ? {} : { value: String(value) }),
    name,
  });
  const { region, zone, subZone } = host.locality;
  return {
    address: { socket_address: { address: host.address, port_value: host.port } },
    stats: [
      counter('cx_connect_fail', host.connectFailures),
      counter('cx_total', host.totalConnections),
      counter('rq_error', host.requestErrors),
      counter('rq_success', host.requestSuccesses),
      counter('rq_timeout', host.requestTimeouts),
      counter('rq_total', host.totalRequests),
      gauge('cx_active', host.activeConnections),
      gauge('rq_active', host.activeRequests),
      gauge('rq_pending_active', pendingOf(host)),
    ],
    health_status: healthJson(host),
    ...(host.weight === 0 ? {} : { weight: host.weight }),
    ...(host.hostname === '' ? {} : { hostname: host.hostname }),
    ...(host.priority === 0 ? {} : { priority: host.priority }),
    locality: {
      ...(region === '' ? {} : { region }),
      ...(zone === '' ? {} : { zone }),
      ...(subZone === '' ? {} : { sub_zone: subZone }),
    },
  };
}

function healthJson(host: Host): unknown {
  let eds = 'HEALTHY';
  if (host.edsDraining) eds = 'DRAINING';
  else if (!host.edsHealthy) eds = 'UNHEALTHY';
  else if (host.edsDegraded) eds = 'DEGRADED';
  const { check } = host;
  return {
    ...(check.failed ? { failed_active_health_check: true } : {}),
    ...(host.outlier.ejectedAt_ms === undefined ? {} : { failed_outlier_check: true }),
    ...(check.degraded ? { failed_active_degraded_check: true } : {}),
    ...(host.pendingRemoval ? { pending_dynamic_removal: true } : {}),
    ...(check.pending ? { pending_active_hc: true } : {}),
    ...(check.excluded ? { excluded_via_immediate_hc_fail: true } : {}),
    ...(check.timedOut ? { active_hc_timeout: true } : {}),
    eds_health_status: eds,
  };
}
