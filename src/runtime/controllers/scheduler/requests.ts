import type { Container } from 'kubernetes-types/core/v1.js';
import type { NodeObject, PodObject } from '../../../resources/types.js';
import { parseQuantity } from '../../../resources/validation/quantity.js';

type Amounts = Readonly<Record<string, number>>;

const PODS = 'pods';

/** What of a node is not enough for one more pod, as the scheduler says it. */
export function shortages(pod: PodObject, node: NodeObject, podsOnNode: readonly PodObject[]): string[] {
  const allocatable = node.status?.allocatable;
  if (!allocatable) return [];
  const most = parseQuantity(allocatable[PODS]);
  const crowded = most !== undefined && podsOnNode.length >= most ? ['Too many pods'] : [];
  const wanted = Object.entries(requestsOf(pod)).filter(([, amount]) => amount > 0);
  if (wanted.length === 0) return crowded;
  const taken = podsOnNode.map(requestsOf);
  const short = wanted.filter(([resource, amount]) => {
    const used = taken.reduce((sum, each) => sum + (each[resource] ?? 0), 0);
    // Sums of fractions of a core are not exact.
    return used + amount > (parseQuantity(allocatable[resource]) ?? 0) + 1e-9;
  });
  return [...crowded, ...short.map(([resource]) => `Insufficient ${resource}`)];
}

/** Whether a node without any pod would be enough. */
export function couldFit(pod: PodObject, node: NodeObject): boolean {
  return shortages(pod, node, []).length === 0;
}

/** What a pod may need at once: its containers and sidecars together, or one init container with the sidecars before it. */
export function requestsOf({ spec }: PodObject): Amounts {
  let sidecars: Amounts = {};
  let peak: Amounts = {};
  for (const container of spec.initContainers ?? []) {
    const own = requestsOfContainer(container);
    peak = combine(peak, combine(sidecars, own, add), Math.max);
    if (container.restartPolicy === 'Always') sidecars = combine(sidecars, own, add);
  }
  const together = spec.containers.map(requestsOfContainer).reduce((sum, own) => combine(sum, own, add), sidecars);
  return combine(together, peak, Math.max);
}

/** A limit without a request is the request. */
function requestsOfContainer({ resources }: Container): Amounts {
  const quantities = { ...resources?.limits, ...resources?.requests };
  return Object.fromEntries(Object.entries(quantities).map(([name, text]) => [name, parseQuantity(text) ?? 0]));
}

function add(a: number, b: number): number {
  return a + b;
}

function combine(a: Amounts, b: Amounts, how: (a: number, b: number) => number): Amounts {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, how(a[name] ?? 0, b[name] ?? 0)]));
}
