import type { LocalityLbSetting } from '../../resources/istio/destinationrule/types.js';
import { groupBy } from '../group-by.js';
import { type Locality, NETWORK_LABEL, topologyLabels } from '../model/locality.js';
import type { Endpoint, Labels } from '../model/types.js';

/** Endpoints of one locality that are used together. */
export interface LocalityGroup {
  readonly locality: Locality | undefined;
  readonly endpoints: readonly Endpoint[];
  /** 0 is used first. */
  readonly priority: number;
  /** Absent: the sum of its endpoints'. */
  readonly weight?: number;
}

/** Distances: 0 to 3 by what is the same, 4 for a region to which no failover leads. */
const DISTANCES = 5;
const OTHER_REGION = 3;
const UNWANTED_REGION = 4;

/** What is near comes first: the same subzone, zone, region; then the region that a failover names, then all others. */
export function byFailover(
  groups: readonly LocalityGroup[],
  caller: Locality | undefined,
  failover: LocalityLbSetting['failover'],
): LocalityGroup[] {
  const to = failover?.find(({ from }) => from === (caller?.region ?? ''))?.to;
  const distance = ({ locality }: LocalityGroup): number => {
    const plain = distanceOf(caller, locality);
    return plain === OTHER_REGION && to !== undefined && locality?.region !== to ? UNWANTED_REGION : plain;
  };
  return compacted(groups.map((group) => ({ ...group, priority: group.priority * DISTANCES + distance(group) })));
}

function distanceOf(caller: Locality | undefined, other: Locality | undefined): number {
  if ((caller?.region ?? '') !== (other?.region ?? '')) return OTHER_REGION;
  if ((caller?.zone ?? '') !== (other?.zone ?? '')) return 2;
  return (caller?.subzone ?? '') === (other?.subzone ?? '') ? 0 : 1;
}

/**
 * The more of the labels, from the first on, an endpoint has in common with the caller, the earlier it comes. The network counts
 * less than all others, because an endpoint of another network is still the right one.
 */
export function byFailoverPriority(
  groups: readonly LocalityGroup[],
  caller: Labels,
  labels: readonly string[],
): LocalityGroup[] {
  if (Object.keys(caller).length === 0) return [...groups];
  const wanted = labels.map((text) => {
    const [label = '', value] = text.split('=');
    return { label, value: value ?? caller[label] };
  });
  const split = groups.flatMap((group) => {
    const byPriority = groupBy(group.endpoints, (endpoint) => priorityOf(endpoint, wanted));
    return [...byPriority]
      .sort(([left], [right]) => left - right)
      .map(([priority, endpoints]) => ({
        ...group,
        endpoints,
        priority,
      }));
  });
  return compacted(split);
}

function priorityOf(endpoint: Endpoint, wanted: readonly { label: string; value: string | undefined }[]): number {
  const own = topologyLabels(endpoint.labels, endpoint);
  const differs = ({ label, value }: { label: string; value: string | undefined }): boolean =>
    (own[label] ?? '') !== (value ?? '');
  const byNetwork = wanted[0]?.label === NETWORK_LABEL;
  const rest = byNetwork ? wanted.slice(1) : wanted;
  const first = rest.findIndex(differs);
  const adjust = byNetwork && differs(wanted[0]!) ? wanted.length : 0;
  return adjust + (first === -1 ? 0 : rest.length - first);
}

/** Envoy wants priorities from 0 on, without gaps. */
function compacted(groups: readonly LocalityGroup[]): LocalityGroup[] {
  const used = [...new Set(groups.map(({ priority }) => priority))].sort((left, right) => left - right);
  return groups.map((group) => ({ ...group, priority: used.indexOf(group.priority) }));
}
