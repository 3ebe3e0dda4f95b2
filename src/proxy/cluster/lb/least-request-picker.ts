import type { Random } from '../../../base/random.js';
import type { Host } from '../host.js';
import type { EdfSchedule } from './edf-schedule.js';
import type { HostPicker } from './load-balancer.js';
import { sameWeights, scheduleOf } from './round-robin-picker.js';
import type { SlowStart } from './slow-start.js';

export interface LeastRequestOptions {
  /** How many random hosts are compared. */
  readonly choices: number;
  /** How much active requests count where hosts have weights: 0 not at all. */
  readonly bias: number;
  /** Compares all hosts. */
  readonly fullScan: boolean;
  readonly slowStart: SlowStart | undefined;
}

/** The host with the fewest active requests among a few; with weights, in turns by weight over active requests. */
export class LeastRequestPicker implements HostPicker {
  private hosts: readonly Host[] = [];
  private schedule: EdfSchedule<Host> | undefined;

  constructor(
    private readonly random: Random,
    private readonly options: LeastRequestOptions,
  ) {}

  update(hosts: readonly Host[]): void {
    this.hosts = hosts;
    const slow = this.options.slowStart?.concerns(hosts) === true;
    this.schedule =
      !slow && sameWeights(hosts) ? undefined : scheduleOf(hosts, this.random, (host) => this.weightOf(host, slow));
  }

  pick(): Host | undefined {
    if (this.schedule !== undefined) return this.schedule.next();
    return this.options.fullScan ? this.scan() : this.bestOfSome();
  }

  private weightOf(host: Host, slow: boolean): number {
    const { bias, slowStart } = this.options;
    const load = host.activeRequests + 1;
    const weight = host.weight / (bias === 1 ? load : load ** bias);
    return slow ? weight * slowStart!.factor(host) : weight;
  }

  private bestOfSome(): Host | undefined {
    const { hosts, random } = this;
    let best = hosts[random.below(hosts.length)];
    if (best === undefined) return undefined;
    for (let i = 1; i < this.options.choices; i++) {
      const candidate = hosts[random.below(hosts.length)]!;
      if (candidate.activeRequests < best.activeRequests) best = candidate;
    }
    return best;
  }

  /** Of those with the fewest requests any one, each as likely. */
  private scan(): Host | undefined {
    let best: Host | undefined;
    let ties = 0;
    for (const host of this.hosts) {
      if (best === undefined || host.activeRequests < best.activeRequests) {
        best = host;
        ties = 1;
      } else if (host.activeRequests === best.activeRequests && this.random.below(++ties) === 0) {
        best = host;
      }
    }
    return best;
  }
}
