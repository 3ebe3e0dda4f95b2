import { memo } from '../memo.js';
import { HOSTNAME_LABEL, localityKey, topologyLabels } from './locality.js';
import type { ProxyNode } from './proxy.js';
import type { Mesh } from './types.js';

/** What of a caller, besides its namespace, decides which endpoints it sees. */
interface Needs {
  /** Labels that some rule's failoverPriority compares. */
  readonly labels: readonly string[];
  readonly node: boolean;
}

const needs = new WeakMap<Mesh, Needs>();

/** The same for proxies that see the same endpoints of every service. */
export function destinationNeeds(mesh: Mesh, proxy: ProxyNode): string {
  const { labels, node } = memo(needs, mesh, () => needsOf(mesh));
  const own = topologyLabels(proxy.labels, proxy);
  return [localityKey(proxy.locality), node ? (proxy.node ?? '') : '', ...labels.map((name) => own[name] ?? '')].join(
    '|',
  );
}

function needsOf({ services, destinationRules }: Mesh): Needs {
  const policies = [...destinationRules.values()]
    .flat()
    .flatMap(({ trafficPolicy, subsets }) => [
      trafficPolicy,
      ...[...subsets.values()].map((subset) => subset.trafficPolicy),
    ])
    .flatMap((policy) => [policy, ...(policy?.portLevelSettings ?? [])]);
  const priorities = policies.flatMap((policy) => policy?.loadBalancer?.localityLbSetting?.failoverPriority ?? []);
  const labels = [...new Set(priorities.map((text) => text.split('=')[0] ?? ''))].sort();
  const node =
    labels.includes(HOSTNAME_LABEL) ||
    [...services.values()].some(
      ({ nodeLocal, trafficDistribution }) => nodeLocal || trafficDistribution === 'PreferSameNode',
    );
  return { labels, node };
}
