import type { NodeObject, PodObject } from '../../../resources/types.js';
import { controllerOf } from '../framework/ownership.js';
import { dislikedTaints, type Obstacle, obstacle } from './filters.js';
import { type Cluster, neighbourPreference } from './neighbours.js';
import { nodePreference } from './node-selection.js';

/** The lowest wins; what comes first counts first. */
type Score = readonly [disliking: number, mildTaints: number, ofKind: number, pods: number, name: string];

export type Choice = { readonly node: NodeObject } | { readonly obstacles: string };

const NOT_HELPFUL = 'Preemption is not helpful for scheduling';
const NO_VICTIMS = 'No preemption victims found for incoming pod';

/**
 * The node for a pod: of those that can take it the one that it likes best, then with the fewest pods of its kind, then with the
 * fewest pods at all.
 *
 * @param volumeObstacle why its volumes cannot be used on a node
 */
export function chooseNode(
  pod: PodObject,
  cluster: Cluster,
  volumeObstacle: (node: NodeObject) => string | undefined = () => undefined,
): Choice {
  const { nodes, podsByNode } = cluster;
  if (nodes.length === 0) return { obstacles: 'no nodes available to schedule pods' };
  const found: Obstacle[] = [];
  let best: { node: NodeObject; score: Score } | undefined;
  for (const node of nodes) {
    const pods = podsByNode.get(node.metadata.name) ?? [];
    const inTheWay = obstacle(pod, node, cluster, volumeObstacle);
    if (inTheWay) {
      found.push(inTheWay);
      continue;
    }
    const liking = nodePreference(pod, node) + neighbourPreference(pod, node, cluster);
    const ofKind = pods.filter((other) => ofOneKind(pod, other)).length;
    const score = [-liking, dislikedTaints(pod, node), ofKind, pods.length, node.metadata.name] as const;
    if (!best || isLower(score, best.score)) best = { node, score };
  }
  return best ? { node: best.node } : { obstacles: explain(found) };
}

/** As the scheduler's FitError, with what it says of preemption: no pod here has a lower priority than another. */
function explain(obstacles: readonly Obstacle[]): string {
  const reasons = obstacles.flatMap((each) => each.reasons);
  const preemption = obstacles.map(({ isBecauseOfPods }) => (isBecauseOfPods ? NO_VICTIMS : NOT_HELPFUL));
  const head = `0/${obstacles.length} nodes are available`;
  return `${head}: ${counted(reasons)}. preemption: ${head}: ${counted(preemption)}.`;
}

function counted(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}

function ofOneKind(a: PodObject, b: PodObject): boolean {
  const owner = controllerOf(a);
  return owner !== undefined && controllerOf(b)?.uid === owner.uid;
}

function isLower(a: Score, b: Score): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]!;
  return false;
}
