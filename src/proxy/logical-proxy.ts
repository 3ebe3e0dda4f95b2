import { messageOf } from '../base/errors.js';
import type { Update, Verdict } from '../xds/client/update.js';
import { ClusterManager } from './config/cluster-manager.js';
import { type ConfigConsumer, type ConfigStream, TYPE_URL } from './config/config-stream.js';
import { ListenerManager } from './config/listener-manager.js';
import { RouteManager } from './config/route-manager.js';
import type { NodeIdentity, ProcessContext, ProxyContext } from './context.js';
import { ConfigError } from './errors.js';
import type { BoundListener, SocketFactory } from './network.js';
import { StatsStore } from './stats/store.js';

/** What one logical proxy starts from; all else comes by its stream. */
export interface LogicalProxyOptions {
  readonly id: string;
  readonly node: NodeIdentity;
  readonly sockets: SocketFactory;
  readonly configStream: ConfigStream;
  /** Takes lines of access logs that go to stdout or stderr. */
  readonly onLog?: (line: string) => void;
}

/** How often a proxy that drains looks whether it has. */
const DRAIN_CHECK_MS = 20;

const ACCEPT: Verdict = { accept: true };

const KIND_NAMES: Readonly<Record<string, string>> = {
  [TYPE_URL.cluster]: 'Cluster',
  [TYPE_URL.endpoint]: 'ClusterLoadAssignment',
  [TYPE_URL.listener]: 'Listener',
  [TYPE_URL.route]: 'RouteConfiguration',
};

/** One proxy among many in the process: own identity, configuration, statistics, limits and listeners. */
export class LogicalProxy implements ConfigConsumer {
  readonly id: string;
  readonly context: ProxyContext;
  readonly clusters: ClusterManager;
  readonly listeners: ListenerManager;
  readonly routes: RouteManager;
  private readonly stream: ConfigStream;
  private readonly subscribed = new Map<string, string>();
  private readonly seen = new Set<string>();
  private readonly waiters: (() => void)[] = [];
  private closed = false;

  constructor(process: ProcessContext, options: LogicalProxyOptions) {
    this.id = options.id;
    this.stream = options.configStream;
    this.context = {
      ...process,
      logger: process.logger.scope(options.id),
      node: options.node,
      sockets: options.sockets,
      stats: new StatsStore(),
      writeLog: options.onLog ?? (() => {}),
    };
    const settle = (): void => this.settle();
    this.clusters = new ClusterManager(this.context, (names) => this.subscribe(TYPE_URL.endpoint, names), settle);
    this.routes = new RouteManager(this.context);
    this.listeners = new ListenerManager(
      this.context,
      this.clusters,
      this.routes,
      (names) => this.subscribe(TYPE_URL.route, names),
      settle,
    );
  }

  start(): void {
    this.stream.start(this);
    this.stream.subscribe(TYPE_URL.cluster, 'all');
    this.stream.subscribe(TYPE_URL.listener, 'all');
  }

  /** Resolves when the first complete configuration is served: clusters have hosts, listeners routes and sockets. */
  ready(): Promise<void> {
    return new Promise((resolve) => {
      this.waiters.push(resolve);
      this.settle();
    });
  }

  get isReady(): boolean {
    return (
      this.seen.has(TYPE_URL.cluster) &&
      this.seen.has(TYPE_URL.listener) &&
      this.clusters.settled &&
      this.listeners.settled
    );
  }

  boundAddress(listener: string): BoundListener | undefined {
    return this.listeners.boundAddress(listener);
  }

  onUpdate(update: Update): Verdict {
    if (this.closed) return ACCEPT;
    const problems: string[] = [];
    const rejected: string[] = [];
    for (const { name, version, body } of update.resources) {
      try {
        this.apply(update.typeUrl, name, version, body);
      } catch (error) {
        rejected.push(name);
        problems.push(describe(update.typeUrl, name, error));
      }
    }
    for (const name of update.removed) this.drop(update.typeUrl, name);
    this.seen.add(update.typeUrl);
    this.settle();
    if (problems.length === 0) return ACCEPT;
    const message = problems.join('; ');
    this.context.logger.warn('configuration refused', { message });
    return { reject: message, rejected };
  }

  /** Accepts no more connections and lets those that are open come to their end, at most `drain_ms`. */
  async close(drain_ms: number): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.stream.close();
    this.listeners.stopAccepting();
    await this.drained(drain_ms);
    this.listeners.destroy();
    this.clusters.destroy();
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
      case TYPE_URL.route:
        this.routes.set(name, version, body);
        this.listeners.advance();
        return;
      default:
        throw new ConfigError('', `type ${typeUrl} is not supported`);
    }
  }

  private drop(typeUrl: string, name: string): void {
    if (typeUrl === TYPE_URL.cluster) this.clusters.remove(name);
    else if (typeUrl === TYPE_URL.listener) this.listeners.remove(name);
    else if (typeUrl === TYPE_URL.route) this.routes.remove(name);
  }

  private subscribe(typeUrl: string, names: readonly string[]): void {
    const key = names.join('\n');
    if (this.closed || this.subscribed.get(typeUrl) === key) return;
    this.subscribed.set(typeUrl, key);
    this.stream.subscribe(typeUrl, names);
  }

  private settle(): void {
    if (!this.isReady) return;
    for (const waiter of this.waiters.splice(0)) waiter();
  }
}

/** `Listener "ingress": filter_chains[0].filters: not supported` */
function describe(typeUrl: string, name: string, error: unknown): string {
  return `${KIND_NAMES[typeUrl] ?? typeUrl} ${JSON.stringify(name)}: ${messageOf(error)}`;
}
