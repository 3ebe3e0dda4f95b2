import { clone, create } from '@bufbuild/protobuf';
import { messageOf } from '../base/errors.js';
import { POLICY_TYPE_URL, type QuotaBackend } from '../policy/index.js';
import type { ReceivedResource, Update, Verdict } from '../xds/client/update.js';
import type { Bootstrap } from '../xds/types/gen/envoy/config/bootstrap/v3/bootstrap_pb.js';
import { type Node, NodeSchema } from '../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { LogFiles } from './access-log/log-file.js';
import { ClusterManager } from './config/cluster-manager.js';
import { type ConfigStream, TYPE_URL } from './config/config-stream.js';
import { milliseconds } from './config/duration.js';
import { ListenerManager } from './config/listener-manager.js';
import { overloadConnectionLimit } from './config/overload.js';
import { ResourceJournal } from './config/resource-journal.js';
import { RouteManager } from './config/route-manager.js';
import { SecretManager } from './config/secret-manager.js';
import { checkApiSource } from './config/sources/check-source.js';
import { ConfigSources, type SourcesConsumer } from './config/sources/config-sources.js';
import { SourceStats } from './config/sources/source-stats.js';
import { StaticResources } from './config/static-resources.js';
import type { NodeIdentity, ProcessContext, ProxyContext } from './context.js';
import { ConfigError, ProxyError } from './errors.js';
import { Lifecycle } from './lifecycle.js';
import type { DrainSettings } from './listener/drain-sequence.js';
import type { BoundListener, SocketFactory } from './network.js';
import { policyEnvironment } from './policy/environment.js';
import { PolicyStore } from './policy/policy-store.js';
import { Runtime } from './runtime/runtime.js';
import { FLUSH_INTERVAL_MS, ServerStats } from './stats/server-stats.js';
import { compileStatsConfig } from './stats/stats-config.js';
import { StatsStore } from './stats/store.js';

/** What one logical proxy starts from: a stream that brings everything, or a bootstrap. */
export interface LogicalProxyOptions {
  readonly id: string;
  readonly node: NodeIdentity;
  readonly sockets: SocketFactory;
  /** Where `ads` leads; clusters and listeners come from it too, unless there is a bootstrap. */
  readonly configStream?: ConfigStream;
  readonly bootstrap?: Bootstrap;
  readonly drain?: DrainSettings;
  /** Takes lines of access logs that go to stdout or stderr. */
  readonly onLog?: (text: string, stream: 'stdout' | 'stderr') => void;
  /** Where quotas are counted for the whole mesh; absent: in this proxy alone. */
  readonly quotas?: QuotaBackend;
}

/** A mesh's own: answers end their connections at once, as everything is known by who changed it. */
const DRAIN_SETTINGS: DrainSettings = { time_ms: 600_000, strategy: 'immediate' };

/** How often a proxy that drains looks whether it has. */
const DRAIN_CHECK_MS = 20;

const ACCEPT: Verdict = { accept: true };

const KIND_NAMES: Readonly<Record<string, string>> = {
  [TYPE_URL.cluster]: 'Cluster',
  [TYPE_URL.endpoint]: 'ClusterLoadAssignment',
  [TYPE_URL.listener]: 'Listener',
  [TYPE_URL.route]: 'RouteConfiguration',
  [TYPE_URL.secret]: 'Secret',
  [POLICY_TYPE_URL]: 'Policy',
};

/** One proxy among many in the process: own identity, configuration, statistics, limits and listeners. */
export class LogicalProxy implements SourcesConsumer {
  readonly id: string;
  readonly context: ProxyContext;
  readonly clusters: ClusterManager;
  readonly listeners: ListenerManager;
  readonly routes: RouteManager;
  /** What came by the configuration stream. */
  readonly journal = new ResourceJournal();
  private readonly sources: ConfigSources;
  private readonly fixed: StaticResources;
  private readonly stats: Readonly<Record<string, SourceStats>>;
  /** Types of which all is asked for, and those of which an answer came or the wait for it ended. */
  private readonly asked = new Set<string>();
  private readonly answered = new Set<string>();
  private readonly waiters: (() => void)[] = [];
  private phase: 'new' | 'clusters' | 'listeners' = 'new';
  private readonly serverStats: ServerStats;
  private closed = false;

  /** @throws ConfigError for a bootstrap that cannot be used */
  constructor(
    process: ProcessContext,
    private readonly options: LogicalProxyOptions,
  ) {
    const { bootstrap } = options;
    const stats = new StatsStore(compileStatsConfig(bootstrap?.statsConfig, 'stats_config'));
    this.id = options.id;
    const base = {
      ...process,
      logger: process.logger.scope(options.id),
      node: options.node,
      sockets: options.sockets,
      stats,
      lifecycle: new Lifecycle(process.clock.monotonic_ms()),
      logFiles: new LogFiles(process.clock, stats),
      runtime: new Runtime(bootstrap?.layeredRuntime),
      writeLog: options.onLog ?? (() => {}),
    };
    const policy = new PolicyStore(policyEnvironment({ ...base, quotas: options.quotas }));
    const secrets = new SecretManager(
      base,
      (wanted) => this.sources.want(TYPE_URL.secret, wanted),
      (source, path) => this.sources.check(source, path),
    );
    this.context = { ...base, secrets, policy };
    this.fixed = new StaticResources(bootstrap);
    const ads = options.configStream ?? bootstrap?.dynamicResources?.adsConfig;
    this.sources = new ConfigSources({
      context: this.context,
      clusters: { get: (name) => this.clusters.get(name) },
      consumer: this,
      node: nodeFor(bootstrap),
      ads,
      isPrimary: (cluster) => this.fixed.isPrimary(cluster),
    });
    this.stats = {
      [TYPE_URL.cluster]: new SourceStats(this.context.stats, 'cluster_manager.cds.'),
      [TYPE_URL.listener]: new SourceStats(this.context.stats, 'listener_manager.lds.'),
    };
    this.serverStats = new ServerStats(
      this.context,
      this,
      milliseconds(bootstrap?.statsFlushInterval, FLUSH_INTERVAL_MS),
    );
    const settle = (): void => this.settle();
    this.clusters = new ClusterManager(this.context, this.sources, settle, localClusterOf(bootstrap));
    this.routes = new RouteManager(this.context, this.clusters);
    this.listeners = new ListenerManager({
      context: this.context,
      clusters: this.clusters,
      routes: this.routes,
      sources: this.sources,
      drain: options.drain ?? DRAIN_SETTINGS,
      connectionLimit: overloadConnectionLimit(bootstrap?.overloadManager),
      onReady: settle,
    });
  }

  /** @throws ProxyError INVALID_CONFIG when something static is not right */
  start(): void {
    this.applyStatic();
    this.serverStats.start();
    this.phase = 'clusters';
    this.begin(TYPE_URL.cluster);
    // A mesh's own control plane sends policy; what a bootstrap names may not know the type.
    if (this.options.configStream !== undefined && this.options.bootstrap === undefined)
      this.sources.wantAll(POLICY_TYPE_URL, undefined);
    this.settle();
  }

  /** Compiles what is static and forgets it; no socket is opened. @throws ProxyError INVALID_CONFIG */
  check(): void {
    this.applyStatic();
    void this.close(0);
  }

  /** Resolves when the first complete configuration is served: clusters have hosts, listeners routes and sockets. */
  ready(): Promise<void> {
    return new Promise((resolve) => {
      this.waiters.push(resolve);
      this.settle();
    });
  }

  /** How many connections are open. */
  get openConnections(): number {
    return this.listeners.openConnections;
  }

  get isReady(): boolean {
    return (
      this.phase === 'listeners' &&
      this.isAnswered(TYPE_URL.listener) &&
      this.clusters.settled &&
      this.listeners.settled
    );
  }

  /** What it started from; undefined where all came by its stream. */
  get bootstrap(): Bootstrap | undefined {
    return this.options.bootstrap;
  }

  boundAddress(listener: string): BoundListener | undefined {
    return this.listeners.boundAddress(listener);
  }

  onUpdate(update: Update): Verdict {
    if (this.closed) return ACCEPT;
    const { typeUrl } = update;
    const problems: string[] = [];
    const rejected: string[] = [];
    for (const resource of update.resources) {
      const { name } = resource;
      if (this.fixed.has(typeUrl, name)) continue;
      try {
        this.take(typeUrl, resource);
      } catch (error) {
        rejected.push(name);
        problems.push(describe(typeUrl, name, error));
      }
    }
    for (const name of update.removed) if (!this.fixed.has(typeUrl, name)) this.drop(typeUrl, name);
    this.count(typeUrl, problems.length === 0);
    this.answered.add(typeUrl);
    this.settle();
    if (problems.length === 0) return ACCEPT;
    const message = problems.join('; ');
    this.context.logger.warn('configuration refused', { message });
    return { reject: message, rejected };
  }

  giveUp(typeUrl: string, name: string, reason: 'timeout' | 'refused'): void {
    if (this.closed) return;
    if (typeUrl === TYPE_URL.endpoint) this.clusters.giveUp(name);
    else if (typeUrl === TYPE_URL.secret) this.context.secrets.giveUp(name);
    else if (typeUrl === TYPE_URL.route) {
      this.routes.giveUp(name, reason);
      this.listeners.advance();
    } else if (reason === 'timeout') {
      const stats = this.stats[typeUrl];
      if (stats !== undefined) stats.fetchTimeout.value++;
      this.answered.add(typeUrl);
    }
    this.settle();
  }

  onFailure(typeUrl: string): void {
    const stats = this.stats[typeUrl];
    if (stats !== undefined) stats.failure.value++;
  }

  /** Accepts no more connections and lets those that are open come to their end, at most `drain_ms`. */
  async close(drain_ms: number): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.sources.close();
    this.listeners.stopAccepting();
    await this.drained(drain_ms);
    this.listeners.destroy();
    this.clusters.destroy();
    this.context.secrets.close();
    this.context.policy.close();
    this.context.logFiles.flush();
    this.serverStats.stop();
  }

  private async drained(within_ms: number): Promise<void> {
    const { clock } = this.context;
    const deadline_ms = clock.monotonic_ms() + within_ms;
    while (this.listeners.openConnections > 0) {
      const left_ms = deadline_ms - clock.monotonic_ms();
      if (left_ms <= 0) return;
      await new Promise<void>((resolve) => clock.setTimer(Math.min(left_ms, DRAIN_CHECK_MS), resolve));
    }
  }

  private applyStatic(): void {
    for (const [typeUrl, resources] of this.fixed.byType) {
      for (const resource of resources) {
        try {
          this.take(typeUrl, resource);
        } catch (error) {
          throw new ProxyError('INVALID_CONFIG', describe(typeUrl, resource.name, error));
        }
      }
    }
    this.checkDynamic();
  }

  /** Asks for all clusters or listeners, where somebody has them. */
  private begin(typeUrl: string): void {
    const { bootstrap, configStream } = this.options;
    const dynamic = bootstrap?.dynamicResources;
    const source = typeUrl === TYPE_URL.cluster ? dynamic?.cdsConfig : dynamic?.ldsConfig;
    if (source === undefined && (configStream === undefined || bootstrap !== undefined)) return;
    this.asked.add(typeUrl);
    this.stats[typeUrl]!.attempt.value++;
    this.sources.wantAll(typeUrl, source);
  }

  private isAnswered(typeUrl: string): boolean {
    return !this.asked.has(typeUrl) || this.answered.has(typeUrl);
  }

  private checkDynamic(): void {
    const dynamic = this.options.bootstrap?.dynamicResources;
    if (dynamic === undefined) return;
    const rules = { isPrimary: (cluster: string): boolean => this.fixed.isPrimary(cluster) };
    if (dynamic.adsConfig) checkApiSource(dynamic.adsConfig, rules, 'dynamic_resources.ads_config');
    if (dynamic.cdsConfig) this.sources.check(dynamic.cdsConfig, 'dynamic_resources.cds_config');
    if (dynamic.ldsConfig) this.sources.check(dynamic.ldsConfig, 'dynamic_resources.lds_config');
  }

  private take(typeUrl: string, resource: ReceivedResource): void {
    const now_ms = this.context.clock.now();
    try {
      this.apply(typeUrl, resource.name, resource.version, resource.body);
      const change = this.journal.taken(typeUrl, resource, now_ms);
      if (typeUrl === TYPE_URL.cluster) this.serverStats.onCluster(change);
    } catch (error) {
      this.journal.refused(typeUrl, resource, messageOf(error), now_ms);
      throw error;
    }
  }

  private apply(typeUrl: string, name: string, version: string, body: Uint8Array): void {
    switch (typeUrl) {
      case TYPE_URL.cluster:
        this.clusters.set(name, version, body);
        return;
      case TYPE_URL.endpoint:
        this.clusters.setAssignment(name, body);
        return;
      case TYPE_URL.listener:
        this.listeners.set(name, version, body);
        return;
      case TYPE_URL.secret:
        this.context.secrets.set(name, version, body);
        return;
      case POLICY_TYPE_URL:
        this.context.policy.set(name, body);
        return;
      case TYPE_URL.route:
        this.routes.set(name, version, body);
        this.listeners.advance();
        return;
      default:
        throw new ConfigError('', `type ${typeUrl} is not supported`);
    }
  }

  private drop(typeUrl: string, name: string): void {
    const was = this.journal.removed(typeUrl, name);
    if (was && typeUrl === TYPE_URL.cluster) this.serverStats.onCluster('removed');
    if (typeUrl === TYPE_URL.cluster) this.clusters.remove(name);
    else if (typeUrl === TYPE_URL.listener) this.listeners.remove(name);
    else if (typeUrl === TYPE_URL.secret) this.context.secrets.remove(name);
    else if (typeUrl === POLICY_TYPE_URL) this.context.policy.remove(name);
    else if (typeUrl === TYPE_URL.endpoint) this.clusters.giveUp(name);
    else if (typeUrl === TYPE_URL.route) {
      this.routes.giveUp(name, 'absent');
      this.listeners.advance();
    }
  }

  private count(typeUrl: string, accepted: boolean): void {
    const stats = this.stats[typeUrl];
    if (stats === undefined) return;
    stats.attempt.value++; // the answer asks for the next one
    if (accepted) stats.success.value++;
    else stats.rejected.value++;
  }

  private settle(): void {
    if (this.closed || this.phase === 'new') return;
    this.sources.advance();
    if (this.phase === 'clusters' && this.isAnswered(TYPE_URL.cluster) && this.clusters.settled) {
      this.phase = 'listeners';
      this.begin(TYPE_URL.listener);
      this.listeners.release();
    }
    if (!this.isReady) return;
    this.serverStats.onReady();
    for (const waiter of this.waiters.splice(0)) waiter();
  }
}

/** Who asks a control plane. */
function nodeFor(bootstrap: Bootstrap | undefined): Node {
  const node = bootstrap?.node === undefined ? create(NodeSchema) : clone(NodeSchema, bootstrap.node);
  node.userAgentName ||= 'trysail';
  return node;
}

/** `Listener "ingress": filter_chains[0].filters: not supported` */
function describe(typeUrl: string, name: string, error: unknown): string {
  return `${KIND_NAMES[typeUrl] ?? typeUrl} ${JSON.stringify(name)}: ${messageOf(error)}`;
}

/** The name of the proxies' own cluster, which must be one of the bootstrap's. @throws ConfigError */
function localClusterOf(bootstrap: Bootstrap | undefined): string {
  const name = bootstrap?.clusterManager?.localClusterName ?? '';
  if (name === '' || bootstrap?.staticResources?.clusters.some((cluster) => cluster.name === name)) return name;
  throw new ConfigError('cluster_manager.local_cluster_name', `local cluster '${name}' must be defined`);
}
