import type { Random } from '../../base/random.js';
import type { Host } from './host.js';

/** Chooses among hosts that may all be used. A new set of hosts makes a new balancer's table, not a new balancer. */
export interface Balancer {
  update(hosts: readonly Host[]): void;
  /** @returns undefined when there is no host */
  choose(): Host | undefined;
}

export class RandomBalancer implements Balancer {
  private hosts: readonly Host[] = [];

  constructor(private readonly random: Random) {}

  update(hosts: readonly Host[]): void {
    this.hosts = hosts;
  }

  choose(): Host | undefined {
    return this.hosts[this.random.below(this.hosts.length)];
  }
}

/** In turn; with weights, by earliest deadline first, as Envoy spreads them. */
export class RoundRobinBalancer implements Balancer {
  private hosts: readonly Host[] = [];
  private next = 0;
  private schedule: EdfSchedule | undefined;

  /** @param random for the place in the turn to begin with, so that many proxies don't all begin with the same host */
  constructor(private readonly random: Random) {
    this.next = random.below(0x7fffffff);
  }

  update(hosts: readonly Host[]): void {
    this.hosts = hosts;
    const first = hosts[0];
    const weighted = first !== undefined && hosts.some((host) => host.weight !== first.weight);
    this.schedule = weighted ? new EdfSchedule(hosts, this.random) : undefined;
  }

  choose(): Host | undefined {
    if (this.schedule !== undefined) return this.schedule.next();
    const count = this.hosts.length;
    if (count === 0) return undefined;
    this.next = (this.next + 1) % 0x7fffffff;
    return this.hosts[this.next % count];
  }
}

/** The better of a few random ones: fewest active requests. */
export class LeastRequestBalancer implements Balancer {
  private hosts: readonly Host[] = [];
  private schedule: EdfSchedule | undefined;

  constructor(
    private readonly random: Random,
    private readonly choices: number,
  ) {}

  update(hosts: readonly Host[]): void {
    this.hosts = hosts;
    const first = hosts[0];
    const weighted = first !== undefined && hosts.some((host) => host.weight !== first.weight);
    this.schedule = weighted
      ? new EdfSchedule(hosts, this.random, (host) => host.weight / (host.activeRequests + 1))
      : undefined;
  }

  choose(): Host | undefined {
    if (this.schedule !== undefined) return this.schedule.next();
    let best: Host | undefined;
    for (let i = 0; i < this.choices; i++) {
      const candidate = this.hosts[this.random.below(this.hosts.length)];
      if (best === undefined || (candidate !== undefined && candidate.activeRequests < best.activeRequests))
        best = candidate;
    }
    return best;
  }
}

interface Entry {
  readonly host: Host;
  deadline: number;
  order: number;
}

/** Earliest deadline first: a binary heap by deadline, where a host's next deadline is one over its weight later. */
class EdfSchedule {
  private readonly heap: Entry[] = [];
  private now = 0;
  private order = 0;

  constructor(
    hosts: readonly Host[],
    random: Random,
    private readonly weightOf: (host: Host) => number = (host) => host.weight,
  ) {
    for (const host of hosts) this.push({ host, deadline: 1 / weightOf(host), order: this.order++ });
    for (let skip = random.below(hosts.length); skip > 0; skip--) this.next();
  }

  next(): Host | undefined {
    const entry = this.heap[0];
    if (entry === undefined) return undefined;
    this.now = entry.deadline;
    entry.deadline = this.now + 1 / this.weightOf(entry.host);
    entry.order = this.order++;
    this.sink(0);
    return entry.host;
  }

  private push(entry: Entry): void {
    this.heap.push(entry);
    let at = this.heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(this.heap[at]!, this.heap[parent]!)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  private sink(from: number): void {
    for (let at = from; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.heap.length && before(this.heap[child]!, this.heap[least]!)) least = child;
      }
      if (least === at) return;
      this.swap(at, least);
      at = least;
    }
  }

  private swap(a: number, b: number): void {
    const held = this.heap[a]!;
    this.heap[a] = this.heap[b]!;
    this.heap[b] = held;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order);
}
