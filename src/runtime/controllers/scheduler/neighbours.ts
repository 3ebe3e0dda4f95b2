import type { PodAffinityTerm, TopologySpreadConstraint } from 'kubernetes-types/core/v1.js';
import { matchesLabelSelector } from '../../../resources/labels/selector.js';
import type { NodeObject, PodObject } from '../../../resources/types.js';
import { belongsOn } from './node-selection.js';

/** All nodes, and what each has been given. */
export interface Cluster {
  readonly nodes: readonly NodeObject[];
  readonly podsByNode: ReadonlyMap<string, readonly PodObject[]>;
}

const AFFINITY = "node(s) didn't match pod affinity rules";
const ANTI_AFFINITY = "node(s) didn't match pod anti-affinity rules";
const OTHERS_ANTI_AFFINITY = "node(s) didn't satisfy existing pods anti-affinity rules";
const SPREAD = "node(s) didn't match pod topology spread constraints";

/** Why a pod may not run on a node because of the pods that run there and elsewhere; undefined when it may. */
export function neighbourObstacle(pod: PodObject, node: NodeObject, cluster: Cluster): string | undefined {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  for (const term of podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
    if (!isNear(pod, term, node, cluster)) return AFFINITY;
  }
  for (const term of podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
    if (countNear(pod, term, node, cluster) > 0) return ANTI_AFFINITY;
  }
  if (isUnwanted(pod, node, cluster)) return OTHERS_ANTI_AFFINITY;
  for (const constraint of pod.spec.topologySpreadConstraints ?? []) {
    if (constraint.whenUnsatisfiable !== 'ScheduleAnyway' && isSkewed(pod, constraint, node, cluster)) return SPREAD;
  }
  return undefined;
}

/** How much the pod would like to be there: weights of its preferred terms, less what they want it to keep away from. */
export function neighbourPreference(pod: PodObject, node: NodeObject, cluster: Cluster): number {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  let sum = 0;
  for (const { weight, podAffinityTerm } of podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
    sum += weight * countNear(pod, podAffinityTerm, node, cluster);
  }
  for (const { weight, podAffinityTerm } of podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
    sum -= weight * countNear(pod, podAffinityTerm, node, cluster);
  }
  for (const constraint of pod.spec.topologySpreadConstraints ?? []) {
    if (constraint.whenUnsatisfiable !== 'ScheduleAnyway') continue;
    sum -= countsByDomain(pod, constraint, cluster).get(domainOf(node, constraint.topologyKey) ?? '') ?? 0;
  }
  return sum;
}

function isNear(pod: PodObject, term: PodAffinityTerm, node: NodeObject, cluster: Cluster): boolean {
  if (domainOf(node, term.topologyKey) === undefined) return false;
  if (countNear(pod, term, node, cluster) > 0) return true;
  // The first of a group that wants to be together has nobody to be near to.
  const isFirst = !allPods(cluster).some((other) => isMeant(pod, term, other));
  return isFirst && isMeant(pod, term, pod);
}

/** Pods that a term means, in the node's part of the topology. */
function countNear(pod: PodObject, term: PodAffinityTerm, node: NodeObject, cluster: Cluster): number {
  const domain = domainOf(node, term.topologyKey);
  if (domain === undefined) return 0;
  const near = cluster.nodes.filter((other) => domainOf(other, term.topologyKey) === domain);
  return near.reduce((sum, { metadata }) => {
    return sum + podsOn(metadata.name, cluster).filter((other) => isMeant(pod, term, other)).length;
  }, 0);
}

/** Whether a pod that runs already keeps this one away. */
function isUnwanted(pod: PodObject, node: NodeObject, cluster: Cluster): boolean {
  return cluster.nodes.some((home) =>
    podsOn(home.metadata.name, cluster).some((other) =>
      (other.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).some((term) => {
        const domain = domainOf(home, term.topologyKey);
        return domain !== undefined && domain === domainOf(node, term.topologyKey) && isMeant(other, term, pod);
      }),
    ),
  );
}

/** Whether a term of `owner` means `other`. Namespaces are chosen by name, or all by an empty selector. */
function isMeant(owner: PodObject, term: PodAffinityTerm, other: PodObject): boolean {
  const { namespaces = [], namespaceSelector, labelSelector } = term;
  const isAll = namespaceSelector !== undefined && Object.keys(namespaceSelector).length === 0;
  const own = namespaces.length === 0 && namespaceSelector === undefined ? [owner.metadata.namespace] : namespaces;
  return (
    (isAll || own.includes(other.metadata.namespace)) && matchesLabelSelector(labelSelector, other.metadata.labels)
  );
}

function isSkewed(pod: PodObject, constraint: TopologySpreadConstraint, node: NodeObject, cluster: Cluster): boolean {
  const domain = domainOf(node, constraint.topologyKey);
  if (domain === undefined) return true;
  const counts = countsByDomain(pod, constraint, cluster);
  const fewest = counts.size < (constraint.minDomains ?? 1) ? 0 : Math.min(...counts.values());
  const own = matchesLabelSelector(constraint.labelSelector, pod.metadata.labels) ? 1 : 0;
  return (counts.get(domain) ?? 0) + own - fewest > constraint.maxSkew;
}

/** Pods of the constraint in each part of the topology that has a node to which this pod may go. */
function countsByDomain(
  pod: PodObject,
  { topologyKey, labelSelector }: TopologySpreadConstraint,
  cluster: Cluster,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const node of cluster.nodes) {
    const domain = domainOf(node, topologyKey);
    if (domain === undefined || !belongsOn(pod, node)) continue;
    const here = podsOn(node.metadata.name, cluster).filter(
      ({ metadata }) =>
        metadata.namespace === pod.metadata.namespace &&
        !metadata.deletionTimestamp &&
        matchesLabelSelector(labelSelector, metadata.labels),
    );
    counts.set(domain, (counts.get(domain) ?? 0) + here.length);
  }
  return counts;
}

function domainOf({ metadata }: NodeObject, topologyKey: string): string | undefined {
  return metadata.labels?.[topologyKey];
}

function podsOn(node: string, { podsByNode }: Cluster): readonly PodObject[] {
  return podsByNode.get(node) ?? [];
}

function allPods({ podsByNode }: Cluster): PodObject[] {
  return [...podsByNode.values()].flat();
}
