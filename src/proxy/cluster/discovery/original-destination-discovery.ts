import { isIP } from 'node:net';
import { WheelTimer } from '../../../base/timer-wheel.js';
import {
  Cluster_LbPolicy,
  type Cluster as ClusterConfig,
} from '../../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { milliseconds } from '../../config/duration.js';
import type { ProxyContext } from '../../context.js';
import { ConfigError } from '../../errors.js';
import type { SocketAddress } from '../../network.js';
import type { ClusterStats } from '../cluster-stats.js';
import { Host } from '../host.js';
import type { ChoiceContext } from '../lb/choice-context.js';
import { DEFAULT_LEVEL_POLICY } from '../lb/host-level.js';
import type { Discovery, Membership } from './discovery.js';

const CLEANUP_MS = 5_000;
const DEFAULT_HEADER = 'x-envoy-original-dst-host';
const PORT_MAX = 65_535;

/** Hosts are where requests wanted to go, and are forgotten when nobody goes there. */
export class OriginalDestinationDiscovery implements Discovery {
  private readonly byId = new Map<string, Host>();
  private readonly cleanup_ms: number;
  private readonly portOverride: number | undefined;
  /** Field that says where a request wants to go; undefined when none is looked at. */
  private readonly header: string | undefined;
  private readonly timer = new WheelTimer(() => this.cleanup());
  private update: ((membership: Membership) => void) | undefined;

  /** @throws ConfigError */
  constructor(
    private readonly context: ProxyContext,
    config: ClusterConfig,
    private readonly stats: ClusterStats,
  ) {
    if (config.lbPolicy !== Cluster_LbPolicy.CLUSTER_PROVIDED && config.loadBalancingPolicy === undefined) {
      throw new ConfigError('lb_policy', 'an ORIGINAL_DST cluster needs CLUSTER_PROVIDED');
    }
    if (config.loadAssignment !== undefined) {
      throw new ConfigError('load_assignment', 'an ORIGINAL_DST cluster must have none');
    }
    this.cleanup_ms = milliseconds(config.cleanupInterval, CLEANUP_MS);
    const own = config.lbConfig.case === 'originalDstLbConfig' ? config.lbConfig.value : undefined;
    this.portOverride = own?.upstreamPortOverride;
    if (own?.httpHeaderName && !own.useHttpHeader) {
      throw new ConfigError('original_dst_lb_config.http_header_name', 'needs use_http_header');
    }
    this.header = own?.useHttpHeader ? own.httpHeaderName.toLowerCase() || DEFAULT_HEADER : undefined;
  }

  start(update: (membership: Membership) => void): void {
    this.update = update;
    this.publish();
    this.context.wheel.arm(this.timer, this.cleanup_ms);
  }

  stop(): void {
    this.update = undefined;
    this.context.wheel.cancel(this.timer);
  }

  get readsHeaders(): boolean {
    return this.header !== undefined;
  }

  choose(choice: ChoiceContext): Host | undefined {
    const destination = this.fromHeader(choice) ?? choice.destination;
    return destination === undefined ? undefined : this.hostOf(destination);
  }

  private fromHeader(choice: ChoiceContext): SocketAddress | undefined {
    const value = this.header === undefined ? undefined : choice.header?.(this.header);
    if (value === undefined || value === '') return undefined;
    const destination = parseAddress(value);
    if (destination === undefined) this.stats.counters.original_dst_host_invalid.value++;
    return destination;
  }

  private hostOf(destination: SocketAddress): Host {
    const fresh = new Host(destination.address, this.portOverride ?? destination.port);
    let host = this.byId.get(fresh.id);
    if (host === undefined) {
      host = fresh;
      this.byId.set(host.id, host);
      this.publish();
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
    if (changed) this.publish();
    if (this.update !== undefined) this.context.wheel.arm(this.timer, this.cleanup_ms);
  }

  private publish(): void {
    this.update?.({ hosts: [...this.byId.values()], policy: DEFAULT_LEVEL_POLICY, drop: 0 });
  }
}

/** `1.2.3.4:80` or `[::1]:80`. */
function parseAddress(text: string): SocketAddress | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const address = match[1] ?? match[2]!;
  const port = Number(match[3]);
  return isIP(address) === 0 || port > PORT_MAX ? undefined : { address, port };
}
