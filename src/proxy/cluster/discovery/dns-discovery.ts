import { WheelTimer } from '../../../base/timer-wheel.js';
import type { Cluster as ClusterConfig } from '../../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { milliseconds } from '../../config/duration.js';
import type { ProxyContext } from '../../context.js';
import { ConfigError } from '../../errors.js';
import { type EndpointSpec, endpointsOf, policyOf, uniqueHosts } from '../assignment.js';
import type { ClusterStats } from '../cluster-stats.js';
import type { LevelPolicy } from '../lb/host-level.js';
import type { Discovery, Membership } from './discovery.js';
import type { NameResolver, ResolvedName } from './name-resolver.js';

const REFRESH_MS = 5_000;

/** One name that is resolved again and again. */
interface Target {
  readonly spec: EndpointSpec;
  readonly timer: WheelTimer;
  addresses: readonly string[];
  /** Failures in a row. */
  failures: number;
}

/** Names resolved again and again; with LOGICAL_DNS the first address of one name. */
export class DnsDiscovery implements Discovery {
  private readonly targets: readonly Target[];
  private readonly policy: LevelPolicy;
  private readonly refresh_ms: number;
  private readonly failureBase_ms: number | undefined;
  private readonly failureMax_ms: number;
  private update: ((membership: Membership) => void) | undefined;

  /** @throws ConfigError */
  constructor(
    private readonly context: ProxyContext,
    private readonly config: ClusterConfig,
    private readonly stats: ClusterStats,
    private readonly resolver: NameResolver,
    private readonly logical: boolean,
  ) {
    const assignment = config.loadAssignment;
    const specs = assignment === undefined ? [] : endpointsOf(assignment, 'load_assignment.');
    if (logical && specs.length !== 1) {
      throw new ConfigError('load_assignment', 'LOGICAL_DNS clusters must have a single lb_endpoint');
    }
    this.policy = policyOf(assignment?.policy);
    this.targets = specs.map((spec) => {
      const target: Target = { spec, timer: new WheelTimer(() => this.resolve(target)), addresses: [], failures: 0 };
      return target;
    });
    this.refresh_ms = milliseconds(config.dnsRefreshRate, REFRESH_MS);
    const failure = config.dnsFailureRefreshRate;
    this.failureBase_ms = milliseconds(failure?.baseInterval, undefined);
    this.failureMax_ms = milliseconds(failure?.maxInterval, (this.failureBase_ms ?? 0) * 10);
    if (this.failureMax_ms < (this.failureBase_ms ?? 0)) {
      throw new ConfigError('dns_failure_refresh_rate', 'max_interval must not be below base_interval');
    }
  }

  start(update: (membership: Membership) => void): void {
    this.update = update;
    if (this.targets.length === 0) this.publish();
    for (const target of this.targets) this.resolve(target);
  }

  stop(): void {
    this.update = undefined;
    for (const target of this.targets) this.context.wheel.cancel(target.timer);
  }

  private resolve(target: Target): void {
    this.stats.counters.update_attempt.value++;
    const { dnsLookupFamily, respectDnsTtl } = this.config;
    this.resolver.resolve(target.spec.address, dnsLookupFamily, respectDnsTtl, (answer) =>
      this.onResolved(target, answer),
    );
  }

  private onResolved(target: Target, answer: ResolvedName | undefined): void {
    if (this.update === undefined) return;
    const { counters } = this.stats;
    let next_ms = this.refresh_ms;
    if (answer === undefined) {
      // a name that cannot be resolved now keeps the addresses that it had
      counters.update_failure.value++;
      next_ms = this.afterFailure(target);
    } else {
      counters.update_success.value++;
      target.failures = 0;
      this.take(target, answer.addresses);
      if (this.config.respectDnsTtl && answer.ttl_ms !== undefined && answer.ttl_ms > 0) next_ms = answer.ttl_ms;
    }
    this.publish();
    if (this.update !== undefined) this.context.wheel.arm(target.timer, next_ms);
  }

  private take(target: Target, addresses: readonly string[]): void {
    if (!this.logical) target.addresses = addresses;
    // the one host stays where it was while its name has no address
    else if (addresses.length > 0) target.addresses = addresses.slice(0, 1);
    if (addresses.length === 0) this.stats.counters.update_empty.value++;
  }

  /** Exponential with full jitter, as far as a rate for failures is configured. */
  private afterFailure(target: Target): number {
    if (this.failureBase_ms === undefined) return this.refresh_ms;
    const window_ms = Math.min(this.failureMax_ms, this.failureBase_ms * 2 ** target.failures);
    target.failures++;
    return Math.max(1, this.context.random.next() * window_ms);
  }

  private publish(): void {
    const hosts = this.targets.flatMap(({ spec, addresses }) => addresses.map((address) => spec.makeHost(address)));
    this.update?.({ hosts: uniqueHosts(hosts), policy: this.policy, drop: 0 });
  }
}
