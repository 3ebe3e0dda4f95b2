import type { Random } from '../../../base/random.js';
import type { Host } from '../host.js';
import { EdfSchedule } from './edf-schedule.js';
import type { HostPicker } from './load-balancer.js';
import type { SlowStart } from './slow-start.js';

const TURNS_MAX = 0x7fffffff;

/** In turn; with weights, by earliest deadline first, as Envoy spreads them. */
export class RoundRobinPicker implements HostPicker {
  private hosts: readonly Host[] = [];
  private next: number;
  private schedule: EdfSchedule<Host> | undefined;

  /** @param random for the place in the turn to begin with, so that many proxies don't all begin with the same host */
  constructor(
    private readonly random: Random,
    private readonly slowStart: SlowStart | undefined,
  ) {
    this.next = random.below(TURNS_MAX);
  }

  update(hosts: readonly Host[]): void {
    this.hosts = hosts;
    const { slowStart } = this;
    if (slowStart?.concerns(hosts)) {
      this.schedule = scheduleOf(hosts, this.random, (host) => host.weight * slowStart.factor(host));
    } else {
      this.schedule = sameWeights(hosts) ? undefined : scheduleOf(hosts, this.random, (host) => host.weight);
    }
  }

  pick(): Host | undefined {
    if (this.schedule !== undefined) return this.schedule.next();
    const count = this.hosts.length;
    if (count === 0) return undefined;
    this.next = (this.next + 1) % TURNS_MAX;
    return this.hosts[this.next % count];
  }
}

export function sameWeights(hosts: readonly Host[]): boolean {
  const [first] = hosts;
  return first === undefined || hosts.every((host) => host.weight === first.weight);
}

/** A schedule that begins somewhere in its turn. */
export function scheduleOf(
  hosts: readonly Host[],
  random: Random,
  weightOf: (host: Host) => number,
): EdfSchedule<Host> {
  const schedule = new EdfSchedule(hosts, weightOf);
  for (let skip = random.below(hosts.length); skip > 0; skip--) schedule.next();
  return schedule;
}
