import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import { WheelTimer } from '../../base/timer-wheel.js';
import {
  Cluster_DiscoveryType,
  Cluster_DnsLookupFamily,
  type Cluster as ClusterConfig,
} from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import type { ClusterLoadAssignment } from '../../xds/types/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { milliseconds } from '../config/duration.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import type { SocketAddress } from '../network.js';
import { type EndpointSpec, endpointsOf, hostsOf, uniqueHosts } from './assignment.js';
import type { Discovery } from './cluster.js';
import { Host } from './host.js';

const DNS_REFRESH_MS = 5_000;
const ORIGINAL_DST_CLEANUP_MS = 5_000;

/** Hosts that the cluster's own message lists. */
export class StaticDiscovery implements Discovery {
  private readonly hosts: readonly Host[];
  private readonly overprovisioning: number | undefined;

  constructor(config: ClusterConfig) {
    const assignment = config.loadAssignment;
    this.hosts = assignment === undefined ? [] : hostsOf(assignment, 'load_assignment');
    this.overprovisioning = assignment?.policy?.overprovisioningFactor;
    for (const host of this.hosts) {
      if (isIP(host.address) === 0) {
        throw new ConfigError(
          'load_assignment',
          `${JSON.stringify(host.address)} is not an IP address; use STRICT_DNS for names`,
        );
      }
    }
  }

  start(update: (hosts: readonly Host[], overprovisioning?: number) => void): void {
    update(this.hosts, this.overprovisioning);
  }

  stop(): void {}
}

/** Hosts that EDS brings; the configuration calls {@link onAssignment}. */
export class EdsDiscovery implements Discovery {
  private update: ((hosts: readonly Host[], overprovisioning?: number) => void) | undefined;
  private latest: ClusterLoadAssignment | undefined;

  start(update: (hosts: readonly Host[], overprovisioning?: number) => void): void {
    this.update = update;
    if (this.latest !== undefined) this.onAssignment(this.latest);
  }

  stop(): void {
    this.update = undefined;
  }

  onAssignment(assignment: ClusterLoadAssignment): void {
    this.latest = assignment;
    this.update?.(hostsOf(assignment, ''), assignment.policy?.overprovisioningFactor);
  }
}

/** Names resolved again and again; with LOGICAL_DNS the first address alone. */
export class DnsDiscovery implements Discovery {
  private readonly specs: readonly EndpointSpec[];
  private readonly refresh_ms: number;
  private readonly family: 0 | 4 | 6;
  private readonly timer = new WheelTimer(() => this.resolve());
  private readonly addresses = new Map<EndpointSpec, readonly string[]>();
  private update: ((hosts: readonly Host[]) => void) | undefined;

  constructor(
    private readonly context: ProxyContext,
    config: ClusterConfig,
    private readonly firstOnly: boolean,
  ) {
    this.specs = config.loadAssignment === undefined ? [] : endpointsOf(config.loadAssignment, 'load_assignment');
    this.refresh_ms = milliseconds(config.dnsRefreshRate, DNS_REFRESH_MS);
    this.family = familyOf(config.dnsLookupFamily);
  }

  start(update: (hosts: readonly Host[]) => void): void {
    this.update = update;
    this.resolve();
  }

  stop(): void {
    this.update = undefined;
    this.context.wheel.cancel(this.timer);
  }

  private resolve(): void {
    let left = this.specs.length;
    const done = (): void => {
      if (--left <= 0) this.publish();
    };
    if (left === 0) {
      this.publish();
      return;
    }
    for (const spec of this.specs) {
      lookup(spec.address, { all: true, family: this.family }, (error, found) => {
        // a name that cannot be resolved now keeps the addresses that it had
        if (error === null)
          this.addresses.set(
            spec,
            this.firstOnly ? found.slice(0, 1).map((a) => a.address) : found.map((a) => a.address),
          );
        done();
      });
    }
  }

  private publish(): void {
    if (this.update === undefined) return;
    const hosts = this.specs.flatMap((spec) =>
      (this.addresses.get(spec) ?? []).map((address) => spec.makeHost(address)),
    );
    this.update(uniqueHosts(hosts));
    this.context.wheel.arm(this.timer, this.refresh_ms);
  }
}

/** Hosts are where captured connections wanted to go, and are forgotten when nobody goes there. */
export class OriginalDestinationDiscovery implements Discovery {
  private readonly byId = new Map<string, Host>();
  private readonly cleanup_ms: number;
  private readonly portOverride: number | undefined;
  private readonly timer = new WheelTimer(() => this.cleanup());
  private update: ((hosts: readonly Host[]) => void) | undefined;

  constructor(
    private readonly context: ProxyContext,
    config: ClusterConfig,
  ) {
    this.cleanup_ms = milliseconds(config.cleanupInterval, ORIGINAL_DST_CLEANUP_MS);
    this.portOverride =
      config.lbConfig.case === 'originalDstLbConfig' ? config.lbConfig.value.upstreamPortOverride : undefined;
  }

  start(update: (hosts: readonly Host[]) => void): void {
    this.update = update;
    update([]);
    this.context.wheel.arm(this.timer, this.cleanup_ms);
  }

  stop(): void {
    this.update = undefined;
    this.context.wheel.cancel(this.timer);
  }

  hostOf(destination: SocketAddress): Host | undefined {
    const port = this.portOverride ?? destination.port;
    const id = `${destination.address}:${port}`;
    let host = this.byId.get(id);
    if (host === undefined) {
      host = new Host(destination.address, port);
      this.byId.set(id, host);
      this.update?.([...this.byId.values()]);
    }
    host.lastUse_ms = this.context.clock.monotonic_ms();
    return host;
  }

  private cleanup(): void {
    const old_ms = this.context.clock.monotonic_ms() - this.cleanup_ms;
    let changed = false;
    for (const [id, host] of this.byId) {
      if (host.activeRequests > 0 || host.activeConnections > 0 || host.lastUse_ms > old_ms) continue;
      this.byId.delete(id);
      changed = true;
    }
    if (changed) this.update?.([...this.byId.values()]);
    if (this.update !== undefined) this.context.wheel.arm(this.timer, this.cleanup_ms);
  }
}

function familyOf(family: Cluster_DnsLookupFamily): 0 | 4 | 6 {
  switch (family) {
    case Cluster_DnsLookupFamily.V4_ONLY:
    case Cluster_DnsLookupFamily.V4_PREFERRED:
      return 4;
    case Cluster_DnsLookupFamily.V6_ONLY:
      return 6;
    default:
      return 0;
  }
}

export function discoveryTypeOf(config: ClusterConfig): Cluster_DiscoveryType {
  const { clusterDiscoveryType } = config;
  return clusterDiscoveryType.case === 'type' ? clusterDiscoveryType.value : Cluster_DiscoveryType.STATIC;
}
