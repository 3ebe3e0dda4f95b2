import type { Taint } from 'kubernetes-types/core/v1.js';
import type { NodeObject, PodObject } from '../../../resources/types.js';
import { type Cluster, neighbourObstacle, spreadObstacle } from './neighbours.js';
import { belongsOn } from './node-selection.js';
import { couldFit, shortages } from './requests.js';
import { tolerates } from './tolerations.js';

const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
/** What the control plane puts on nodes in trouble. */
export const NOT_READY_TAINT = 'node.kubernetes.io/not-ready';
export const UNREACHABLE_TAINT = 'node.kubernetes.io/unreachable';

/** Why a pod cannot go to a node: one reason or, of what it lacks, several. */
export interface Obstacle {
  readonly reasons: readonly string[];
  /** Whether the node would do if other pods were not there. */
  readonly isBecauseOfPods: boolean;
}

/**
 * Why a pod cannot run on a node now, in the scheduler's usual words; undefined when it can. The first that finds something
 * decides, in the order of Kubernetes' default plugins.
 * @param volumeObstacle why its volumes cannot be used there
 */
export function obstacle(
  pod: PodObject,
  node: NodeObject,
  cluster: Cluster,
  volumeObstacle: (node: NodeObject) => string | undefined,
): Obstacle | undefined {
  const podsOnNode = cluster.podsByNode.get(node.metadata.name) ?? [];
  const lasting = nodeObstacle(pod, node);
  if (lasting !== undefined) return { reasons: [lasting], isBecauseOfPods: false };
  if (hostPortsTaken(pod, podsOnNode)) {
    return { reasons: ["node(s) didn't have free ports for the requested pod ports"], isBecauseOfPods: true };
  }
  const short = shortages(pod, node, podsOnNode);
  if (short.length > 0) return { reasons: short, isBecauseOfPods: couldFit(pod, node) };
  const volumes = volumeObstacle(node);
  if (volumes !== undefined) return { reasons: [volumes], isBecauseOfPods: false };
  return spreadObstacle(pod, node, cluster) ?? neighbourObstacle(pod, node, cluster);
}

/** Whether a node's taints and labels keep a pod away, whatever else runs there. */
export function nodeObstacle(pod: PodObject, node: NodeObject): string | undefined {
  const tolerations = pod.spec.tolerations ?? [];
  if (node.spec?.unschedulable && !tolerates(tolerations, UNSCHEDULABLE)) return 'node(s) were unschedulable';
  const taint = untolerated(pod, node, ['NoSchedule', 'NoExecute']);
  if (taint) return `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`;
  if (!belongsOn(pod, node)) return "node(s) didn't match Pod's node affinity/selector";
  return undefined;
}

/** Whether a pod that runs on a node may stay, as DaemonSets see it: only NoExecute drives away. */
export function mayStay(pod: PodObject, node: NodeObject): boolean {
  return untolerated(pod, node, ['NoExecute']) === undefined && belongsOn(pod, node);
}

/** How many taints of the milder kind the pod does not tolerate. */
export function dislikedTaints(pod: PodObject, { spec }: NodeObject): number {
  const mild = (spec?.taints ?? []).filter(({ effect }) => effect === 'PreferNoSchedule');
  return mild.filter((taint) => !tolerates(pod.spec.tolerations ?? [], taint)).length;
}

function untolerated({ spec }: PodObject, node: NodeObject, effects: readonly string[]): Taint | undefined {
  return taintsOf(node).find((taint) => effects.includes(taint.effect) && !tolerates(spec.tolerations ?? [], taint));
}

/** With the one of its condition, which the control plane may not have written yet. */
function taintsOf({ spec, status }: NodeObject): readonly Taint[] {
  const ready = status?.conditions?.find((condition) => condition.type === 'Ready')?.status;
  const taints = spec?.taints ?? [];
  if (ready === 'True') return taints;
  const key = ready === 'Unknown' ? UNREACHABLE_TAINT : NOT_READY_TAINT;
  return taints.some((taint) => taint.key === key) ? taints : [...taints, { key, effect: 'NoSchedule' }];
}

function hostPortsTaken(pod: PodObject, others: readonly PodObject[]): boolean {
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return false;
  const taken = others.flatMap(hostPorts);
  return wanted.some((a) =>
    taken.some((b) => a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || !a.ip || !b.ip)),
  );
}

function hostPorts({ spec }: PodObject): { ip: string; port: number; protocol: string }[] {
  return spec.containers.flatMap(({ ports = [] }) =>
    ports
      .filter(({ hostPort }) => hostPort)
      .map(({ hostIP, hostPort, protocol }) => ({
        ip: hostIP === '0.0.0.0' ? '' : (hostIP ?? ''),
        port: hostPort ?? 0,
        protocol: protocol ?? 'TCP',
      })),
  );
}
