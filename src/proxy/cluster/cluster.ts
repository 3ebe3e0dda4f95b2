import {
  Cluster_LbPolicy,
  type Cluster as ClusterConfig,
} from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import type { ProxyContext } from '../context.js';
import type { SocketAddress } from '../network.js';
import { ConnectionPool } from '../pool/connection-pool.js';
import type { ConnectionSettings } from '../pool/connection-settings.js';
import { type Balancer, LeastRequestBalancer, RandomBalancer, RoundRobinBalancer } from './balancer.js';
import { ClusterStats } from './cluster-stats.js';
import { compileConnectionSettings } from './connection-settings.js';
import type { Host } from './host.js';
import { HostSet } from './host-set.js';
import { OutlierDetector } from './outlier-detector.js';
import { UpstreamTransport } from '../tls/upstream-transport.js';
import { type ClusterResources, compileResources } from './resources.js';

/** Envoy's panic threshold, percent. */
const PANIC_THRESHOLD = 50;
const LEAST_REQUEST_CHOICES = 2;

/** How a cluster learns its hosts. */
export interface Discovery {
  /** Begins; calls back with each new set. */
  start(update: (hosts: readonly Host[], overprovisioning?: number) => void): void;
  stop(): void;
}

/** Where one request may go; what a balancer is told. */
export interface ChoiceContext {
  /** Where a captured connection wanted to go. */
  readonly destination: SocketAddress | undefined;
}

/** One upstream cluster of one logical proxy. */
export class Cluster {
  readonly name: string;
  readonly stats: ClusterStats;
  readonly resources: readonly ClusterResources[];
  readonly settings: ConnectionSettings;
  readonly transport: UpstreamTransport;
  readonly outlier: OutlierDetector | undefined;
  /** Whether the first set of hosts is known. */
  ready = false;
  private readonly hostSet: HostSet;
  private overprovisioning: number | undefined;
  private readonly byId = new Map<string, Host>();
  private retired = false;

  constructor(
    private readonly context: ProxyContext,
    readonly config: ClusterConfig,
    private readonly discovery: Discovery,
    /** Makes the host of a captured connection, for original destination clusters. */
    private readonly onDemand: ((destination: SocketAddress) => Host | undefined) | undefined,
  ) {
    this.name = config.name;
    const statName = config.altStatName || config.name;
    this.stats = new ClusterStats(context.stats, statName);
    this.resources = compileResources(config.circuitBreakers, context.stats, statName);
    this.transport = new UpstreamTransport(config, context, statName);
    this.settings = compileConnectionSettings(config, this.transport.socket);
    this.hostSet = new HostSet(
      () => makeBalancer(config, context),
      config.commonLbConfig?.healthyPanicThreshold?.value ?? PANIC_THRESHOLD,
      () => this.overprovisioning,
      this.stats,
      context.random,
    );
    if (config.outlierDetection !== undefined) {
      this.outlier = new OutlierDetector(context, config.outlierDetection, statName, this.hostSet);
    }
  }

  /** Calls `ready` once, when the secrets and the first set of hosts are known. */
  start(ready: () => void): void {
    this.transport.whenReady(() => this.discover(ready));
  }

  private discover(ready: () => void): void {
    if (this.retired) return;
    this.discovery.start((hosts, overprovisioning) => {
      this.overprovisioning = overprovisioning;
      this.replaceHosts(hosts);
      if (this.ready) return;
      this.ready = true;
      ready();
    });
  }

  get hosts(): readonly Host[] {
    return this.hostSet.hosts;
  }

  choose(choice: ChoiceContext): Host | undefined {
    if (this.onDemand === undefined) return this.hostSet.choose();
    return choice.destination === undefined ? undefined : this.onDemand(choice.destination);
  }

  poolOf(host: Host, priority: number): ConnectionPool {
    let pool = host.pools[priority];
    if (pool === undefined) {
      pool = new ConnectionPool(
        this.context,
        host,
        this.resources[priority]!,
        this.stats,
        this.settings,
        (failed, ok) => this.outlier?.onLocalOrigin(failed, ok, 503),
      );
      host.pools[priority] = pool;
    }
    return pool;
  }

  /** No new requests come; connections close as they become free. */
  retire(): void {
    if (this.retired) return;
    this.retired = true;
    this.discovery.stop();
    this.transport.close();
    this.outlier?.stop();
    for (const host of this.hosts) drainHost(host);
  }

  /** Closes everything now. */
  destroy(): void {
    this.retire();
    for (const host of this.hosts) for (const pool of host.pools) pool?.destroy();
  }

  /** Hosts that stay keep their connections and records. */
  private replaceHosts(hosts: readonly Host[]): void {
    const next = hosts.map((host) => adopt(this.byId.get(host.id), host));
    const kept = new Set(next);
    let changed = next.length !== this.byId.size;
    for (const host of this.byId.values()) {
      if (kept.has(host)) continue;
      changed = true;
      drainHost(host);
      this.byId.delete(host.id);
    }
    for (const host of next) this.byId.set(host.id, host);
    if (changed) this.stats.counters.membership_change.value++;
    this.hostSet.update(next);
  }
}

function adopt(known: Host | undefined, fresh: Host): Host {
  if (known === undefined || known === fresh) return fresh;
  known.weight = fresh.weight;
  known.priority = fresh.priority;
  known.locality = fresh.locality;
  known.hostname = fresh.hostname;
  known.edsHealthy = fresh.edsHealthy;
  known.edsDegraded = fresh.edsDegraded;
  known.canary = fresh.canary;
  return known;
}

function drainHost(host: Host): void {
  host.removed = true;
  for (const pool of host.pools) pool?.drain();
}

function makeBalancer(config: ClusterConfig, context: ProxyContext): Balancer {
  switch (config.lbPolicy) {
    case Cluster_LbPolicy.RANDOM:
      return new RandomBalancer(context.random);
    case Cluster_LbPolicy.LEAST_REQUEST: {
      const choices = config.lbConfig.case === 'leastRequestLbConfig' ? config.lbConfig.value.choiceCount : undefined;
      return new LeastRequestBalancer(context.random, choices ?? LEAST_REQUEST_CHOICES);
    }
    default:
      return new RoundRobinBalancer(context.random);
  }
}
