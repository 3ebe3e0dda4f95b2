import type { PodAffinityTerm, TopologySpreadConstraint } from 'kubernetes-types/core/v1.js';
import { matchesLabelSelector } from '../../../resources/labels/selector.js';
import type { NodeObject, PodObject } from '../../../resources/types.js';
import type { Obstacle } from './filters.js';
import { belongsOn } from './node-selection.js';
import { tolerates } from './tolerations.js';

/** All nodes, and what each has been given. */
export interface Cluster {
  readonly nodes: readonly NodeObject[];
  readonly podsByNode: ReadonlyMap<string, readonly PodObject[]>;
  readonly namespaceLabels: (namespace: string) => Readonly<Record<string, string>> | undefined;
}

const AFFINITY = "node(s) didn't match pod affinity rules";
const ANTI_AFFINITY = "node(s) didn't match pod anti-affinity rules";
const OTHERS_ANTI_AFFINITY = "node(s) didn't satisfy existing pods anti-affinity rules";
const SPREAD = "node(s) didn't match pod topology spread constraints";
const NO_LABEL = `${SPREAD} (missing required label)`;

/** Why a pod may not run on a node because of the pods that run there and elsewhere; undefined when it may. */
export function neighbourObstacle(pod: PodObject, node: NodeObject, cluster: Cluster): Obstacle | undefined {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const together = podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  if (!isNearAll(pod, together, node, cluster)) return { reasons: [AFFINITY], isBecauseOfPods: false };
  for (const term of podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
    if (countNear(pod, [term], node, cluster) > 0) return { reasons: [ANTI_AFFINITY], isBecauseOfPods: true };
  }
  return isUnwanted(pod, node, cluster) ? { reasons: [OTHERS_ANTI_AFFINITY], isBecauseOfPods: true } : undefined;
}

/** Why a pod on a node would be one too many in its part of a topology. */
export function spreadObstacle(pod: PodObject, node: NodeObject, cluster: Cluster): Obstacle | undefined {
  const hard = (pod.spec.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable !== 'ScheduleAnyway',
  );
  for (const constraint of hard) {
    const domain = domainOf(node, constraint.topologyKey);
    if (domain === undefined) return { reasons: [NO_LABEL], isBecauseOfPods: false };
    if (isSkewed(pod, constraint, domain, eligible(pod, hard, constraint, cluster), cluster)) {
      return { reasons: [SPREAD], isBecauseOfPods: true };
    }
  }
  return undefined;
}

/** How much the pod would like to be there: weights of its preferred terms, less what they want it to keep away from. */
export function neighbourPreference(pod: PodObject, node: NodeObject, cluster: Cluster): number {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  let sum = 0;
  for (const { weight, podAffinityTerm } of podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
    sum += weight * countNear(pod, [podAffinityTerm], node, cluster);
  }
  for (const { weight, podAffinityTerm } of podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
    sum -= weight * countNear(pod, [podAffinityTerm], node, cluster);
  }
  for (const constraint of pod.spec.topologySpreadConstraints ?? []) {
    if (constraint.whenUnsatisfiable !== 'ScheduleAnyway') continue;
    const domain = domainOf(node, constraint.topologyKey) ?? '';
    sum -= countsByDomain(pod, constraint, cluster.nodes, cluster).get(domain) ?? 0;
  }
  return sum;
}

/** Whether pods that all terms mean are in the node's part of each term's topology. */
function isNearAll(pod: PodObject, terms: readonly PodAffinityTerm[], node: NodeObject, cluster: Cluster): boolean {
  if (terms.length === 0) return true;
  if (terms.some(({ topologyKey }) => domainOf(node, topologyKey) === undefined)) return false;
  if (terms.every(({ topologyKey }) => countNear(pod, terms, node, cluster, topologyKey) > 0)) return true;
  // The first of a group that wants to be together has nobody to be near to.
  const meansAll = (other: PodObject) => terms.every((term) => isMeant(pod, term, other, cluster));
  return meansAll(pod) && !cluster.nodes.some((home) => podsOn(home.metadata.name, cluster).some(meansAll));
}

/** Pods that all these terms mean, in the node's part of a topology. */
function countNear(
  pod: PodObject,
  terms: readonly PodAffinityTerm[],
  node: NodeObject,
  cluster: Cluster,
  topologyKey = terms[0]?.topologyKey ?? '',
): number {
  const domain = domainOf(node, topologyKey);
  if (domain === undefined) return 0;
  const near = cluster.nodes.filter((other) => domainOf(other, topologyKey) === domain);
  return near.reduce((sum, { metadata }) => {
    const meant = podsOn(metadata.name, cluster).filter((other) =>
      terms.every((term) => isMeant(pod, term, other, cluster)),
    );
    return sum + meant.length;
  }, 0);
}

/** Whether a pod that runs already keeps this one away. */
function isUnwanted(pod: PodObject, node: NodeObject, cluster: Cluster): boolean {
  return cluster.nodes.some((home) =>
    podsOn(home.metadata.name, cluster).some((other) =>
      (other.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).some((term) => {
        const domain = domainOf(home, term.topologyKey);
        return (
          domain !== undefined && domain === domainOf(node, term.topologyKey) && isMeant(other, term, pod, cluster)
        );
      }),
    ),
  );
}

/** Whether a term of `owner` means `other`. Namespaces are chosen by name, by their labels, or all by an empty selector. */
function isMeant(owner: PodObject, term: PodAffinityTerm, other: PodObject, cluster: Cluster): boolean {
  const { namespaces = [], namespaceSelector, labelSelector } = term;
  const { namespace = 'default' } = other.metadata;
  const own = namespaces.length === 0 && namespaceSelector === undefined ? [owner.metadata.namespace] : namespaces;
  const isChosen =
    own.includes(namespace) ||
    (namespaceSelector !== undefined && matchesLabelSelector(namespaceSelector, cluster.namespaceLabels(namespace)));
  return (
    isChosen &&
    matchesLabelSelector(labelSelector, other.metadata.labels) &&
    hasSame(owner, other, term.matchLabelKeys) &&
    !(term.mismatchLabelKeys ?? []).some((key) => labelOf(owner, key) !== undefined && sameValue(owner, other, key))
  );
}

/** Whether two pods have the same values of these labels, so far as the first has them. */
function hasSame(owner: PodObject, other: PodObject, keys: readonly string[] = []): boolean {
  return keys.every((key) => labelOf(owner, key) === undefined || sameValue(owner, other, key));
}

function sameValue(a: PodObject, b: PodObject, key: string): boolean {
  return labelOf(a, key) === labelOf(b, key);
}

function labelOf({ metadata }: PodObject, key: string): string | undefined {
  return metadata.labels?.[key];
}

function isSkewed(
  pod: PodObject,
  constraint: TopologySpreadConstraint,
  domain: string,
  nodes: readonly NodeObject[],
  cluster: Cluster,
): boolean {
  const counts = countsByDomain(pod, constraint, nodes, cluster);
  const fewest = counts.size < (constraint.minDomains ?? 1) ? 0 : Math.min(...counts.values());
  const own = matchesLabelSelector(constraint.labelSelector, pod.metadata.labels) ? 1 : 0;
  return (counts.get(domain) ?? 0) + own - fewest > constraint.maxSkew;
}

/** Nodes that count for a constraint: they have the labels of all, and the pod may go there so far as its policies say. */
function eligible(
  pod: PodObject,
  all: readonly TopologySpreadConstraint[],
  { nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore' }: TopologySpreadConstraint,
  { nodes }: Cluster,
): NodeObject[] {
  return nodes.filter(
    (node) =>
      all.every(({ topologyKey }) => domainOf(node, topologyKey) !== undefined) &&
      (nodeAffinityPolicy === 'Ignore' || belongsOn(pod, node)) &&
      (nodeTaintsPolicy === 'Ignore' || bearsTaints(pod, node)),
  );
}

function bearsTaints({ spec }: PodObject, node: NodeObject): boolean {
  const taints = (node.spec?.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule');
  return taints.every((taint) => tolerates(spec.tolerations ?? [], taint));
}

/** Pods of the constraint in each part of the topology that has one of these nodes. */
function countsByDomain(
  pod: PodObject,
  { topologyKey, labelSelector, matchLabelKeys }: TopologySpreadConstraint,
  nodes: readonly NodeObject[],
  cluster: Cluster,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const node of nodes) {
    const domain = domainOf(node, topologyKey);
    if (domain === undefined) continue;
    const here = podsOn(node.metadata.name, cluster).filter(
      (other) =>
        other.metadata.namespace === pod.metadata.namespace &&
        !other.metadata.deletionTimestamp &&
        matchesLabelSelector(labelSelector, other.metadata.labels) &&
        hasSame(pod, other, matchLabelKeys),
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
