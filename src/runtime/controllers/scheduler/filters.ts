import type { Taint, Toleration } from 'kubernetes-types/core/v1.js';
import type { NodeObject, PodObject } from '../../../resources/types.js';
import { type Cluster, neighbourObstacle } from './neighbours.js';
import { belongsOn } from './node-selection.js';
import { shortage } from './requests.js';

const UNSCHEDULABLE_TAINT = 'node.kubernetes.io/unschedulable';

/** Why a pod cannot run on a node now, in the scheduler's usual words; undefined when it can. */
export function obstacle(pod: PodObject, node: NodeObject, cluster: Cluster): string | undefined {
  const podsOnNode = cluster.podsByNode.get(node.metadata.name) ?? [];
  if (!isReadyNode(node)) return 'node(s) were not ready';
  const reason = nodeObstacle(pod, node);
  if (reason !== undefined) return reason;
  if (hostPortsTaken(pod, podsOnNode)) return "node(s) didn't have free ports for the requested pod ports";
  return shortage(pod, node, podsOnNode) ?? neighbourObstacle(pod, node, cluster);
}

/** Why a pod does not belong on a node, whatever else runs there. */
export function nodeObstacle(pod: PodObject, node: NodeObject): string | undefined {
  const taint = taintsOf(node).find((each) => !tolerates(pod.spec.tolerations ?? [], each));
  if (taint?.key === UNSCHEDULABLE_TAINT) return 'node(s) were unschedulable';
  if (taint) return `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`;
  if (!belongsOn(pod, node)) return "node(s) didn't match Pod's node affinity/selector";
  return undefined;
}

function isReadyNode({ status }: NodeObject): boolean {
  return status?.conditions?.find((condition) => condition.type === 'Ready')?.status === 'True';
}

function taintsOf({ spec }: NodeObject): Taint[] {
  const taints = (spec?.taints ?? []).filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
  return spec?.unschedulable ? [{ key: UNSCHEDULABLE_TAINT, effect: 'NoSchedule' }, ...taints] : taints;
}

/** Whether one of these tolerations bears a taint. */
export function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some(
    ({ key, operator = 'Equal', value, effect }) =>
      (!effect || effect === taint.effect) &&
      (key ? key === taint.key : operator === 'Exists') &&
      (operator === 'Exists' || (value ?? '') === (taint.value ?? '')),
  );
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
