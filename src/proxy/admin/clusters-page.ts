import type { Cluster } from '../cluster/cluster.js';
import type { Host } from '../cluster/host.js';

/** `/clusters` in Envoy's text form. */
export function renderClusters(clusters: readonly Cluster[]): string {
  const lines: string[] = [];
  for (const cluster of clusters) {
    const { name } = cluster;
    lines.push(`${name}::observability_name::${name}`);
    cluster.resources.forEach((resources, i) => {
      const priority = i === 0 ? 'default_priority' : 'high_priority';
      lines.push(`${name}::${priority}::max_connections::${resources.connections.max()}`);
      lines.push(`${name}::${priority}::max_pending_requests::${resources.pending.max()}`);
      lines.push(`${name}::${priority}::max_requests::${resources.requests.max()}`);
      lines.push(`${name}::${priority}::max_retries::${resources.retries.max()}`);
    });
    lines.push(`${name}::added_via_api::true`);
    for (const host of cluster.hosts) {
      for (const [key, value] of hostFacts(host)) lines.push(`${name}::${host.id}::${key}::${value}`);
    }
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function hostFacts(host: Host): readonly (readonly [string, string | number | boolean])[] {
  return [
    ['cx_active', host.activeConnections],
    ['cx_connect_fail', host.connectFailures],
    ['cx_total', host.totalConnections],
    ['rq_active', host.activeRequests],
    ['rq_error', host.requestErrors],
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
    ['success_rate', -1],
    ['local_origin_success_rate', -1],
  ];
}

function healthFlags(host: Host): string {
  let flags = '';
  if (host.outlier.ejectedAt_ms !== undefined) flags += '/failed_outlier_check';
  if (!host.edsHealthy) flags += '/failed_eds_health';
  if (host.edsDegraded) flags += '/degraded_eds_health';
  return flags === '' ? 'healthy' : flags;
}

/** `/clusters?format=json`, as much of Envoy's as is known here. */
export function renderClustersJson(clusters: readonly Cluster[]): string {
  return JSON.stringify({
    cluster_statuses: clusters.map((cluster) => ({
      name: cluster.name,
      added_via_api: true,
      observability_name: cluster.name,
      host_statuses: cluster.hosts.map((host) => ({
        address: { socket_address: { address: host.address, port_value: host.port } },
        health_status: {
          eds_health_status: host.edsHealthy ? 'HEALTHY' : 'UNHEALTHY',
          failed_outlier_check: host.outlier.ejectedAt_ms !== undefined,
        },
        weight: host.weight,
        hostname: host.hostname,
        priority: host.priority,
        locality: { region: host.locality.region, zone: host.locality.zone, sub_zone: host.locality.subZone },
      })),
    })),
  });
}
