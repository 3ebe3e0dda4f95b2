import type { Cluster as ClusterConfig } from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import { HealthChecker } from '../health-check/health-checker.js';
import type { ConnectionInfo } from '../http/stream-info.js';
import type { RequestHeaders } from '../matching/header-matcher.js';
import type { ConnectionPool } from '../pool/connection-pool.js';
import type { ConnectionSettings } from '../pool/connection-settings.js';
import type { PoolProtocol } from '../pool/upstream-protocol.js';
import { UpstreamTransport } from '../tls/upstream-transport.js';
import { ClientPools } from './client-pools.js';
import { ClusterStats } from './cluster-stats.js';
import { compileConnectionSettings } from './connection-settings.js';
import { compileDiscovery } from './discovery/compile-discovery.js';
import type { Discovery, Membership } from './discovery/discovery.js';
import { EdsDiscovery } from './discovery/eds-discovery.js';
import { OriginalDestinationDiscovery } from './discovery/original-destination-discovery.js';
import type { Host, HostLocality } from './host.js';
import { HostSet } from './host-set.js';
import type { ChoiceContext } from './lb/choice-context.js';
import { compileBalancer } from './lb/compile-balancer.js';
import type { LoadBalancer } from './lb/load-balancer.js';
import type { LocalCluster } from './lb/zone-routing.js';
import { MembershipKeeper } from './membership-keeper.js';
import { OutlierDetector } from './outlier/outlier-detector.js';
import { PoolKeeper } from './pool-keeper.js';
import { type ClusterResources, compileResources } from './resources.js';

/** Envoy's panic threshold, percent. */
const PANIC_THRESHOLD = 50;

export type { ChoiceContext } from './lb/choice-context.js';

/** One upstream cluster of one logical proxy. */
export class Cluster {
  readonly name: string;
  readonly stats: ClusterStats;
  readonly resources: readonly ClusterResources[];
  readonly settings: ConnectionSettings;
  readonly transport: UpstreamTransport;
  readonly outlier: OutlierDetector | undefined;
  readonly checker: HealthChecker | undefined;
  /** Whether the first set of hosts is known, and checked where checks are configured. */
  ready = false;
  /** Part of the requests that is answered here instead of being sent, 0 to 1. */
  dropOverload = 0;
  /** Where requests go depends on a field of theirs. */
  readonly readsHeaders: boolean;
  private readonly discovery: Discovery;
  /** Chooses hosts: the balancer, or what makes a host of where the request wanted to go. */
  private readonly chooser: Pick<LoadBalancer, 'choose'>;
  private readonly hostSet: HostSet;
  private readonly keeper: MembershipKeeper;
  private readonly pools: PoolKeeper;
  /** Of a cluster whose connections tell who the client is, or ask for the server that a request names. */
  private readonly clientPools: ClientPools | undefined;
  private latest: Membership | undefined;
  private onReady: (() => void) | undefined;
  private retired = false;

  /**
   * @param local the proxies' own cluster, where the bootstrap names one
   * @throws ConfigError
   */
  constructor(
    context: ProxyContext,
    readonly config: ClusterConfig,
    local?: LocalCluster,
  ) {
    this.name = config.name;
    const statName = config.altStatName || config.name;
    this.stats = new ClusterStats(context.stats, statName);
    this.resources = compileResources(config.circuitBreakers, context.stats, statName);
    this.transport = new UpstreamTransport(config, context, statName);
    this.settings = compileConnectionSettings(config, this.transport.socket);
    const onConnect = (host: Host, ok: boolean): void => this.outlier?.onLocalOrigin(host, ok, 503);
    const { resources, stats, settings } = this;
    this.pools = new PoolKeeper(context, resources, stats, settings, onConnect);
    if (this.transport.tellsClient || settings.identityOf !== undefined)
      this.clientPools = new ClientPools(context, resources, stats, settings, onConnect);
    this.discovery = compileDiscovery(config, context, this.stats);
    const locality: HostLocality = { subZone: '', ...context.node.locality };
    const balancer = compileBalancer(config, {
      clock: context.clock,
      random: context.random,
      stats: this.stats,
      locality,
      local,
      panicThreshold: Math.round(config.commonLbConfig?.healthyPanicThreshold?.value ?? PANIC_THRESHOLD),
    });
    this.chooser = this.discovery instanceof OriginalDestinationDiscovery ? this.discovery : balancer;
    this.readsHeaders = this.discovery instanceof OriginalDestinationDiscovery && this.discovery.readsHeaders;
    this.hostSet = new HostSet(balancer, this.stats, locality);
    if (config.outlierDetection !== undefined) {
      this.outlier = new OutlierDetector(context, config.outlierDetection, statName, this.hostSet, (host) =>
        this.pools.renew(host),
      );
    }
    if (config.healthChecks.length > 1) throw new ConfigError('health_checks[1]', 'only one is supported');
    const [check] = config.healthChecks;
    if (check !== undefined) {
      this.checker = new HealthChecker(context, config.name, check, this.settings, this.stats, (host, changed) =>
        this.onChecked(host, changed),
      );
    }
    this.keeper = new MembershipKeeper(context.clock, {
      checked: this.checker !== undefined,
      ignoreUntilChecked: config.commonLbConfig?.ignoreNewHostsUntilFirstHc ?? false,
      keepHealthy: this.checker !== undefined && !config.ignoreHealthOnHostRemoval,
    });
  }

  /** Where EDS puts the cluster's hosts; undefined of another type. */
  get eds(): EdsDiscovery | undefined {
    return this.discovery instanceof EdsDiscovery ? this.discovery : undefined;
  }

  get hosts(): readonly Host[] {
    return this.hostSet.hosts;
  }

  get levels(): HostSet['levels'] {
    return this.hostSet.levels;
  }

  /** Calls `ready` once, when the secrets are there and the first set of hosts is known and checked. */
  start(ready: () => void): void {
    this.onReady = ready;
    this.transport.whenReady(() => {
      if (!this.retired) this.discovery.start((membership) => this.onMembership(membership));
    });
  }

  /** @param priority of the route */
  choose(choice: ChoiceContext, priority = 0): Host | undefined {
    const host = this.chooser.choose(choice);
    if (host === undefined) {
      this.stats.counters.upstream_cx_none_healthy.value++;
      return undefined;
    }
    return this.pools.hasRoom(host, priority, this.hosts) ? host : undefined;
  }

  /**
   * @param asked how the request came, which some clusters follow; `raw` to carry bare bytes
   * @param client whose request it is, where it is a client's
   * @param request the same each time that one asks
   */
  poolOf(
    host: Host,
    priority: number,
    asked: PoolProtocol = 'http1',
    client?: ConnectionInfo,
    request?: RequestHeaders,
  ): ConnectionPool {
    const { clientPools, settings } = this;
    if (clientPools === undefined) return this.pools.of(host, priority, asked);
    const owner = this.transport.tellsClient ? client : undefined;
    const server = request === undefined ? undefined : settings.identityOf?.(request);
    if (owner === undefined && server === undefined) return this.pools.of(host, priority, asked);
    return clientPools.of(host, priority, asked, owner, server);
  }

  /** No new requests come; connections close as they become free. */
  retire(): void {
    if (this.retired) return;
    this.retired = true;
    this.discovery.stop();
    this.transport.close();
    this.outlier?.stop();
    this.checker?.stop();
    for (const host of this.hosts) this.pools.retire(host);
    this.clientPools?.drain();
  }

  /** Closes everything now. */
  destroy(): void {
    this.retire();
    for (const host of this.hosts) this.pools.destroy(host);
    this.clientPools?.destroy();
  }

  private onMembership(membership: Membership): void {
    this.latest = membership;
    this.dropOverload = membership.drop;
    const { hosts, added, removed } = this.keeper.replace(membership.hosts);
    for (const host of removed) {
      this.outlier?.forget(host);
      this.pools.retire(host);
      this.clientPools?.drain(host);
    }
    const { counters } = this.stats;
    if (added.length + removed.length > 0) {
      counters.membership_change.value++;
      if (this.config.commonLbConfig?.closeConnectionsOnHostSetChange) {
        for (const host of hosts) this.pools.renew(host);
      }
    }
    this.hostSet.update(hosts, membership.policy);
    this.checker?.update(hosts);
    this.settle();
  }

  /** A check of a host ended. */
  private onChecked(host: Host, changed: boolean): void {
    if (!host.check.failed) this.outlier?.onHealthy(host);
    if (changed && host.check.failed) this.pools.renew(host);
    if (host.pendingRemoval && host.check.failed && this.latest !== undefined) this.onMembership(this.latest);
    else if (changed) this.hostSet.refresh();
    this.settle();
  }

  private settle(): void {
    if (this.ready || this.checker?.settled === false) return;
    this.ready = true;
    this.onReady?.();
  }
}
