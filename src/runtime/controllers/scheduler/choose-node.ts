import type { NodeObject, PodObject } from '../../../resources/types.js';
import { controllerOf } from '../framework/ownership.js';
import { obstacle } from './filters.js';
import { neighbourPreference } from './neighbours.js';
import { nodePreference } from './node-selection.js';

/** The lowest wins; what comes first counts first. */
type Score = readonly [disliking: number, ofKind: number, pods: number, name: string];

export type Choice = { readonly node: NodeObject } | { readonly obstacles: string };

/**
 * The node for a pod: of those that can take it the one that it likes best, then with the fewest pods of its kind, then with the
 * fewest pods at all.
 *
 * @param podsByNode what each node has been given, by the node's name
 * @param volumeObstacle why its volumes cannot be used on a node
 */
export function chooseNode(
  pod: PodObject,
  nodes: readonly NodeObject[],
  podsByNode: ReadonlyMap<string, readonly PodObject[]>,
  volumeObstacle: (node: NodeObject) => string | undefined = () => undefined,
): Choice {
  if (nodes.length === 0) return { obstacles: 'no nodes available to schedule pods' };
  const reasons = new Map<string, number>();
  const cluster = { nodes, podsByNode };
  let best: { node: NodeObject; score: Score } | undefined;
  for (const node of nodes) {
    const pods = podsByNode.get(node.metadata.name) ?? [];
    const reason = obstacle(pod, node, cluster) ?? volumeObstacle(node);
    if (reason) {
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      continue;
    }
    const liking = nodePreference(pod, node) + neighbourPreference(pod, node, cluster);
    const ofKind = pods.filter((other) => ofOneKind(pod, other)).length;
    const score = [-liking, ofKind, pods.length, node.metadata.name] as const;
    if (!best || isLower(score, best.score)) best = { node, score };
  }
  if (best) return { node: best.node };
  const list = [...reasons].map(([reason, count]) => `${count} ${reason}`).sort();
  return { obstacles: `0/${nodes.length} nodes are available: ${list.join(', ')}.` };
}

function ofOneKind(a: PodObject, b: PodObject): boolean {
  const owner = controllerOf(a);
  return owner !== undefined && controllerOf(b)?.uid === owner.uid;
}

function isLower(a: Score, b: Score): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! < b[i]!;
  return false;
}
