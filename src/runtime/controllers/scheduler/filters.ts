import type { NodeSelectorRequirement, NodeSelectorTerm, Taint, Toleration } from 'kubernetes-types/core/v1.js';
import { matchesLabels, satisfies } from '../../../resources/labels/selector.js';
import type { NodeObject, PodObject } from '../../../resources/types.js';

const UNSCHEDULABLE_TAINT = 'node.kubernetes.io/unschedulable';

/** Why a pod cannot run on a node now, in the scheduler's usual words; undefined when it can. */
export function obstacle(pod: PodObject, node: NodeObject, podsOnNode: readonly PodObject[]): string | undefined {
  if (!isReadyNode(node)) return 'node(s) were not ready';
  const reason = nodeObstacle(pod, node);
  if (reason !== undefined) return reason;
  if (hostPortsTaken(pod, podsOnNode)) return "node(s) didn't have free ports for the requested pod ports";
  return undefined;
}

/** Why a pod does not belong on a node, whatever else runs there. */
export function nodeObstacle(pod: PodObject, node: NodeObject): string | undefined {
  const taint = taintsOf(node).find((each) => !tolerates(pod.spec.tolerations ?? [], each));
  if (taint?.key === UNSCHEDULABLE_TAINT) return 'node(s) were unschedulable';
  if (taint) return `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`;
  if (!selectsNode(pod, node)) return "node(s) didn't match Pod's node affinity/selector";
  return undefined;
}

function isReadyNode({ status }: NodeObject): boolean {
  return status?.conditions?.find((condition) => condition.type === 'Ready')?.status === 'True';
}

function taintsOf({ spec }: NodeObject): Taint[] {
  const taints = (spec?.taints ?? []).filter(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute');
  return spec?.unschedulable ? [{ key: UNSCHEDULABLE_TAINT, effect: 'NoSchedule' }, ...taints] : taints;
}

function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some(
    ({ key, operator = 'Equal', value, effect }) =>
      (!effect || effect === taint.effect) &&
      (key ? key === taint.key : operator === 'Exists') &&
      (operator === 'Exists' || (value ?? '') === (taint.value ?? '')),
  );
}

function selectsNode({ spec }: PodObject, node: NodeObject): boolean {
  if (!matchesLabels(spec.nodeSelector, node.metadata.labels)) return false;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms === undefined || terms.some((term) => matchesTerm(term, node));
}

function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, { metadata }: NodeObject): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  return (
    matchExpressions.every((each) => nodeSatisfies(each, metadata.labels?.[each.key])) &&
    matchFields.every((each) => nodeSatisfies(each, each.key === 'metadata.name' ? metadata.name : undefined))
  );
}

/** Nodes are also chosen by numbers. */
function nodeSatisfies(requirement: NodeSelectorRequirement, value: string | undefined): boolean {
  const { operator, values = [] } = requirement;
  if (operator === 'Gt') return Number(value) > Number(values[0]);
  if (operator === 'Lt') return Number(value) < Number(values[0]);
  return satisfies(requirement, value);
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
