import type { Host } from '../cluster/host.js';
import type { HostFilter } from '../cluster/lb/choice-context.js';
import type { HostLevel } from '../cluster/lb/host-level.js';
import { available, byHealth, type PriorityLoads } from '../cluster/lb/priority-loads.js';
import type { HostSelectionPolicy } from '../route/host-selection.js';

/** Where the retries of one request may go, by where its attempts went. */
export class HostSelection implements HostFilter {
  readonly attempts: number;
  private readonly tried: Host[] = [];
  /** Attempts since priorities were last forgotten. */
  private counted: Host[] = [];
  private left: PriorityLoads | undefined;

  constructor(private readonly policy: HostSelectionPolicy) {
    this.attempts = policy.attempts;
  }

  remember(host: Host): void {
    this.tried.push(host);
    this.counted.push(host);
  }

  refuses(host: Host): boolean {
    return this.policy.rules.some((rule) => rule(host, this.tried));
  }

  /** The loads without the priorities that were tried; the usual ones when none would be left. */
  loads(levels: readonly HostLevel[], usual: PriorityLoads): PriorityLoads {
    const frequency = this.policy.priorityFrequency;
    if (frequency === undefined || this.counted.length < frequency) return usual;
    if (this.counted.length % frequency === 0) this.left = this.recompute(levels);
    return this.left ?? usual;
  }

  private recompute(levels: readonly HostLevel[]): PriorityLoads | undefined {
    const tried = new Set(this.counted.map((host) => host.priority));
    const without = loadsWithout(levels, tried);
    if (without !== undefined) return without;
    this.counted = [];
    return loadsWithout(levels, new Set());
  }
}

function loadsWithout(levels: readonly HostLevel[], tried: ReadonlySet<number>): PriorityLoads | undefined {
  const percents = (kind: 'healthy' | 'degraded'): number[] =>
    levels.map((level, i) => (tried.has(i) ? 0 : available(level, kind)));
  const healthy = percents('healthy');
  const degraded = percents('degraded');
  const total = Math.min(
    100,
    [...healthy, ...degraded].reduce((sum, each) => sum + each, 0),
  );
  return total === 0 ? undefined : byHealth(healthy, degraded, total);
}
