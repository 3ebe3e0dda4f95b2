import type { HostLevel } from './host-level.js';

/** Percent of the traffic by priority; all numbers of both lists sum to 100. */
export interface PriorityLoads {
  readonly healthy: readonly number[];
  readonly degraded: readonly number[];
}

export interface SpreadTraffic extends PriorityLoads {
  /** By priority: too few hosts are healthy to look at health at all. */
  readonly panic: readonly boolean[];
}

/** Percent of a level that is available, from its own numbers, beyond which nothing is gained. */
const FULL = 100;

/**
 * How much of the traffic each priority gets: what its health allows, the next one the rest, degraded hosts after healthy ones
 * (Envoy's "Priority levels", "Degraded endpoints" and "Panic threshold").
 * @param panicThreshold percent of hosts that are healthy or degraded below which a level is in panic
 */
export function spreadTraffic(levels: readonly HostLevel[], panicThreshold: number): SpreadTraffic {
  const healthyPercent = levels.map((level) => available(level, 'healthy'));
  const degradedPercent = levels.map((level) => available(level, 'degraded'));
  const total = Math.min(FULL, sum(healthyPercent) + sum(degradedPercent));
  const calm = levels.map(() => false);
  if (panicThreshold === 0 && total === 0) return { ...allToFirst(levels), panic: calm };
  const panic = total === FULL ? calm : levels.map((level) => inPanic(level, panicThreshold));
  if (panic.every((each) => each)) return { ...byHostCount(levels), panic };
  return { ...byHealth(healthyPercent, degradedPercent, total), panic };
}

/** Whether so few hosts are available that health is not to be looked at. */
export function inPanic(level: HostLevel, panicThreshold: number): boolean {
  const count = level.hosts.length - level.excludedCount;
  const percent = count === 0 ? 0 : (100 * (level.healthy.length + level.degraded.length)) / count;
  return percent < panicThreshold;
}

/**
 * By health alone, given each priority's availability in percent.
 * @param total of both lists, at most 100, not 0
 */
export function byHealth(healthy: readonly number[], degraded: readonly number[], total: number): PriorityLoads {
  const first = share(healthy, FULL, total);
  const second = share(degraded, first.left, total);
  // what rounding left goes to the first that has anything
  if (second.left > 0) {
    const healthyAt = healthy.findIndex((percent) => percent > 0);
    if (healthyAt !== -1) first.loads[healthyAt]! += second.left;
    else second.loads[degraded.findIndex((percent) => percent > 0)]! += second.left;
  }
  return { healthy: first.loads, degraded: second.loads };
}

/** Percent of the traffic that hosts of this kind could take. */
export function available(level: HostLevel, kind: 'healthy' | 'degraded'): number {
  const { policy, hosts, excludedCount } = level;
  if (hosts.length === excludedCount) return 0;
  const part = policy.weightedHealth ? weight(level[kind]) : level[kind].length;
  const whole = policy.weightedHealth ? weight(hosts.filter((host) => !host.excluded)) : hosts.length - excludedCount;
  return Math.min(FULL, Math.floor((policy.overprovisioning * part) / whole));
}

/** @param drawn 1 to 100 @returns the priority, or its bitwise complement when degraded hosts are meant */
export function choosePriority(loads: PriorityLoads, drawn: number): number {
  let sum = 0;
  for (let i = 0; i < loads.healthy.length; i++) {
    sum += loads.healthy[i]!;
    if (drawn <= sum) return i;
  }
  for (let i = 0; i < loads.degraded.length; i++) {
    sum += loads.degraded[i]!;
    if (drawn <= sum) return ~i;
  }
  return 0;
}

function share(percents: readonly number[], from: number, total: number): { loads: number[]; left: number } {
  let left = from;
  const loads = percents.map((percent) => {
    const load = Math.min(left, Math.floor((percent * 100) / total));
    left -= load;
    return load;
  });
  return { loads, left };
}

/** Every level is in panic: health says nothing, so that each gets by its size. */
function byHostCount(levels: readonly HostLevel[]): PriorityLoads {
  const total = levels.reduce((count, level) => count + level.hosts.length, 0);
  if (total === 0) return allToFirst(levels);
  const healthy = levels.map((level) => Math.floor((100 * level.hosts.length) / total));
  healthy[levels.findIndex((level) => level.hosts.length > 0)]! += FULL - sum(healthy);
  return { healthy, degraded: levels.map(() => 0) };
}

function allToFirst(levels: readonly HostLevel[]): PriorityLoads {
  return { healthy: levels.map((_, i) => (i === 0 ? FULL : 0)), degraded: levels.map(() => 0) };
}

function weight(hosts: readonly { readonly weight: number }[]): number {
  return hosts.reduce((total, host) => total + host.weight, 0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
