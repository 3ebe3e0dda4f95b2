import type { JsonObject } from '@bufbuild/protobuf';
import type { Cluster } from '../cluster/cluster.js';
import type { Host } from '../cluster/host.js';
import { TYPE_URL } from '../config/config-stream.js';
import type { AdminCall } from './page.js';

/** The endpoints that clusters have now, as `include_eds` shows them: those of EDS, and all others as static. */
export function endpointsOf({ proxy }: AdminCall, wants: (name: string) => boolean): JsonObject {
  const statics: JsonObject[] = [];
  const dynamic: JsonObject[] = [];
  for (const cluster of proxy.clusters.clusters) {
    const eds = cluster.config.edsClusterConfig;
    const name = eds?.serviceName || cluster.name;
    if (!wants(name)) continue;
    (eds === undefined ? statics : dynamic).push({ endpoint_config: assignmentOf(cluster, name) });
  }
  return {
    ...(statics.length === 0 ? {} : { static_endpoint_configs: statics }),
    ...(dynamic.length === 0 ? {} : { dynamic_endpoint_configs: dynamic }),
  };
}

function assignmentOf(cluster: Cluster, name: string): JsonObject {
  const groups = new Map<string, Host[]>();
  for (const host of cluster.hosts) {
    const { region, zone, subZone } = host.locality;
    const key = JSON.stringify([host.priority, region, zone, subZone]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [host]);
    else group.push(host);
  }
  return {
    '@type': TYPE_URL.endpoint,
    cluster_name: name,
    endpoints: [...groups.values()].map(localityOf),
    policy: { overprovisioning_factor: 140 },
  };
}

function localityOf(hosts: readonly Host[]): JsonObject {
  const { locality, priority } = hosts[0]!;
  return {
    locality: {
      ...(locality.region === '' ? {} : { region: locality.region }),
      ...(locality.zone === '' ? {} : { zone: locality.zone }),
      ...(locality.subZone === '' ? {} : { sub_zone: locality.subZone }),
    },
    lb_endpoints: hosts.map((host) => ({
      endpoint: {
        address: { socket_address: { address: host.address, port_value: host.port } },
        health_check_config: {},
        ...(host.hostname === '' ? {} : { hostname: host.hostname }),
      },
      health_status: statusOf(host),
      load_balancing_weight: host.weight,
    })),
    ...(priority === 0 ? {} : { priority }),
  };
}

function statusOf(host: Host): string {
  if (!host.healthy) return 'UNHEALTHY';
  return host.edsDegraded ? 'DEGRADED' : 'HEALTHY';
}
