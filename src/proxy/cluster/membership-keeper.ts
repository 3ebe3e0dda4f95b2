import type { Clock } from '../../base/clock.js';
import type { Host } from './host.js';

export interface MembershipRules {
  /** New hosts are unhealthy until a check says otherwise. */
  readonly checked: boolean;
  /** New hosts are not counted until their first check ended. */
  readonly ignoreUntilChecked: boolean;
  /** A host that is healthy by its checks stays when it is configured no more. */
  readonly keepHealthy: boolean;
}

export interface MembershipChange {
  readonly hosts: readonly Host[];
  readonly added: readonly Host[];
  readonly removed: readonly Host[];
}

/** Which hosts a cluster has: those that stay keep their connections and records. */
export class MembershipKeeper {
  private readonly byId = new Map<string, Host>();

  constructor(
    private readonly clock: Clock,
    private readonly rules: MembershipRules,
  ) {}

  replace(configured: readonly Host[]): MembershipChange {
    const added: Host[] = [];
    const hosts = configured.map((fresh) => {
      const known = this.byId.get(fresh.id);
      if (known !== undefined) return adopt(known, fresh);
      this.begin(fresh);
      added.push(fresh);
      return fresh;
    });
    const removed: Host[] = [];
    const kept = new Set(hosts);
    for (const host of this.byId.values()) {
      if (kept.has(host)) continue;
      if (this.mayStay(host)) {
        host.pendingRemoval = true;
        hosts.push(host);
      } else {
        removed.push(host);
        this.byId.delete(host.id);
      }
    }
    for (const host of hosts) this.byId.set(host.id, host);
    return { hosts, added, removed };
  }

  private mayStay(host: Host): boolean {
    return this.rules.keepHealthy && !host.unchecked && !host.check.failed;
  }

  private begin(host: Host): void {
    if (!this.rules.checked || host.unchecked) {
      host.healthySince_ms = this.clock.monotonic_ms();
      return;
    }
    host.check.failed = true;
    host.check.pending = this.rules.ignoreUntilChecked;
  }
}

function adopt(known: Host, fresh: Host): Host {
  if (known === fresh) return known;
  known.weight = fresh.weight;
  known.priority = fresh.priority;
  known.locality = fresh.locality;
  known.localityWeight = fresh.localityWeight;
  known.hostname = fresh.hostname;
  known.metadata = fresh.metadata;
  known.edsHealthy = fresh.edsHealthy;
  known.edsDegraded = fresh.edsDegraded;
  known.edsDraining = fresh.edsDraining;
  known.canary = fresh.canary;
  known.checkAddress = fresh.checkAddress;
  known.checkHostname = fresh.checkHostname;
  known.unchecked = fresh.unchecked;
  known.pendingRemoval = false;
  return known;
}
