import type { DeploymentObject, ReplicaSetObject } from '../../../resources/types.js';
import { byAge, MAX_REPLICAS } from './revision.js';

/** How many replicas a set is to have. */
export interface Scaling {
  readonly set: ReplicaSetObject;
  readonly replicas: number;
}

/** Pods above and below the wanted number that a rolling update may have. */
export function rollingLimits({ spec }: DeploymentObject): { maxSurge: number; maxUnavailable: number } {
  const replicas = spec.replicas ?? 1;
  if (spec.strategy?.type === 'Recreate') return { maxSurge: 0, maxUnavailable: 0 };
  const { maxSurge = '25%', maxUnavailable = '25%' } = spec.strategy?.rollingUpdate ?? {};
  const surge = amountOf(maxSurge, replicas, Math.ceil);
  const unavailable = Math.min(amountOf(maxUnavailable, replicas, Math.floor), replicas);
  // Rounding may leave no room to move at all.
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

function amountOf(amount: number | string, total: number, round: (value: number) => number): number {
  if (typeof amount === 'number') return amount;
  return round((Number.parseInt(amount, 10) * total) / 100);
}

/** The size of the new set now: as large as the surge allows beside what the old ones still have. */
export function newSetReplicas(
  deployment: DeploymentObject,
  all: readonly ReplicaSetObject[],
  currentOfNew: number,
): number {
  const wanted = deployment.spec.replicas ?? 1;
  if (deployment.spec.strategy?.type === 'Recreate') return wanted;
  if (currentOfNew > wanted) return wanted;
  const room = wanted + rollingLimits(deployment).maxSurge - totalReplicas(all);
  return room <= 0 ? currentOfNew : Math.min(currentOfNew + room, wanted);
}

/** Old sets that can shrink now: pods that are not available go first, then as many as leave enough available ones. */
export function shrinkOldSets(
  deployment: DeploymentObject,
  newSet: ReplicaSetObject,
  old: readonly ReplicaSetObject[],
): Scaling[] {
  const minAvailable = (deployment.spec.replicas ?? 1) - rollingLimits(deployment).maxUnavailable;
  const newUnavailable = (newSet.spec.replicas ?? 0) - (newSet.status?.availableReplicas ?? 0);
  const room = totalReplicas([...old, newSet]) - minAvailable - newUnavailable;
  if (room <= 0) return [];
  const sizes = new Map(byAge(old).map((set) => [set, set.spec.replicas ?? 0]));
  removeUnavailable(sizes, room);
  removeAvailable(sizes, [...old, newSet], minAvailable);
  return [...sizes]
    .map(([set, replicas]) => ({ set, replicas }))
    .filter(({ set, replicas }) => replicas !== set.spec.replicas);
}

function removeUnavailable(sizes: Map<ReplicaSetObject, number>, room: number): void {
  let left = room;
  for (const [set, size] of sizes) {
    const count = Math.min(left, size - Math.min(size, set.status?.availableReplicas ?? 0));
    sizes.set(set, size - count);
    left -= count;
  }
}

function removeAvailable(
  sizes: Map<ReplicaSetObject, number>,
  all: readonly ReplicaSetObject[],
  minAvailable: number,
): void {
  let spare = all.reduce((sum, set) => sum + (set.status?.availableReplicas ?? 0), 0) - minAvailable;
  for (const [set, size] of sizes) {
    if (spare <= 0) return;
    const count = Math.min(spare, size);
    sizes.set(set, size - count);
    spare -= count;
  }
}

/** When the number of replicas changes during an update, each set gets its share; the largest takes what rounding leaves. */
export function scaleProportionally(deployment: DeploymentObject, sets: readonly ReplicaSetObject[]): Scaling[] {
  const wanted = deployment.spec.replicas ?? 1;
  const allowed = wanted === 0 ? 0 : wanted + rollingLimits(deployment).maxSurge;
  const change = allowed - totalReplicas(sets);
  const ordered = [...sets].sort((a, b) => (b.spec.replicas ?? 0) - (a.spec.replicas ?? 0));
  let left = change;
  const scalings = ordered.map((set) => {
    const replicas = set.spec.replicas ?? 0;
    const before = Number(set.metadata.annotations?.[MAX_REPLICAS]) || totalReplicas(sets);
    const share = before === 0 ? 0 : Math.round((replicas * allowed) / before) - replicas;
    const given = change > 0 ? Math.max(0, Math.min(share, left)) : Math.min(0, Math.max(share, left));
    left -= given;
    return { set, replicas: replicas + given };
  });
  return scalings.map(({ set, replicas }, i) => ({ set, replicas: Math.max(0, i === 0 ? replicas + left : replicas) }));
}

export function totalReplicas(sets: readonly ReplicaSetObject[]): number {
  return sets.reduce((sum, set) => sum + (set.spec.replicas ?? 0), 0);
}
