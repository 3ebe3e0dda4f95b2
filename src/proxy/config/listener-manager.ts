import { WheelTimer } from '../../base/timer-wheel.js';
import { TrafficDirection } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { ListenerSchema } from '../../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import type { ClusterLookup } from '../cluster/cluster-lookup.js';
import type { ProxyContext } from '../context.js';
import { GlobalConnections } from '../listener/connection-budget.js';
import type { DrainSettings } from '../listener/drain-sequence.js';
import { differInChainsOnly, Listener, type ListenerEnvironment } from '../listener/listener.js';
import type { BoundListener } from '../network.js';
import { TYPE_URL } from './config-stream.js';
import { decode } from './decode.js';
import { ListenerBindings } from './listener-bindings.js';
import { ListenerDrains } from './listener-drains.js';
import { ListenerManagerStats } from './listener-manager-stats.js';
import type { RouteManager } from './route-manager.js';
import type { ConfigSources } from './sources/config-sources.js';

interface Entry {
  readonly version: string;
  readonly body: Uint8Array;
  readonly listener: Listener;
}

/** What listeners are made from. */
export interface ListenerManagerParts {
  readonly context: ProxyContext;
  readonly clusters: ClusterLookup;
  readonly routes: RouteManager;
  readonly sources: ConfigSources;
  readonly drain: DrainSettings;
  /** Of clients' connections, over all listeners; undefined where the bootstrap says nothing. */
  readonly connectionLimit: number | undefined;
  readonly onReady: () => void;
}

export interface DrainOptions {
  /** Only listeners of traffic direction INBOUND. */
  readonly inboundOnly: boolean;
  /** Answers end their connections over the drain time before the listeners stop; otherwise they stop now. */
  readonly graceful: boolean;
  /** Graceful, and the listeners don't stop at its end. */
  readonly skipExit?: boolean;
}

/** The listeners of one logical proxy. A listener is used when its routes and secrets are there. */
export class ListenerManager {
  private readonly active = new Map<string, Entry>();
  private readonly warming = new Map<string, Entry>();
  private readonly bindings: ListenerBindings;
  private readonly drains: ListenerDrains;
  private readonly stats: ListenerManagerStats;
  private readonly environment: ListenerEnvironment;
  private held = true;

  constructor(private readonly parts: ListenerManagerParts) {
    const { context, clusters, routes, sources } = parts;
    this.bindings = new ListenerBindings(context, parts.onReady);
    this.drains = new ListenerDrains(context, parts.drain, () => this.count());
    this.stats = new ListenerManagerStats(context.stats);
    this.environment = {
      context,
      clusters,
      global: new GlobalConnections(context.runtime, parts.connectionLimit),
      handOff: (address, port) => this.byAddress(address, port),
      routes: ({ routeConfigName, configSource }, statPrefix, path) => {
        sources.check(configSource, `${path}.config_source`);
        return routes.slot(routeConfigName, configSource, statPrefix);
      },
    };
  }

  get listeners(): readonly Listener[] {
    return [...this.active.values()].map((entry) => entry.listener);
  }

  /** Those whose routes or secrets are not there yet. */
  get warmingListeners(): readonly Listener[] {
    return [...this.warming.values()].map((entry) => entry.listener);
  }

  get drainingListeners(): readonly Listener[] {
    return [...this.drains.listeners];
  }

  /** Whether every listener that is known has its routes, its secrets and its socket. */
  get settled(): boolean {
    return this.warming.size === 0 && this.bindings.settled;
  }

  /** The address that a listener is bound to, once it is. */
  boundAddress(name: string): BoundListener | undefined {
    const listener = this.active.get(name)?.listener;
    return listener === undefined ? undefined : this.bindings.of(listener);
  }

  /** @throws ConfigError; the old listener stays */
  set(name: string, version: string, body: Uint8Array): void {
    const waiting = this.warming.get(name);
    const known = waiting ?? this.active.get(name);
    // files have no version of their own
    if (known?.version === version && Buffer.compare(known.body, body) === 0) return;
    let listener: Listener;
    try {
      const config = decode(ListenerSchema, body);
      listener = new Listener(config, this.environment, this.active.get(name)?.listener);
    } catch (error) {
      this.stats.failed.value++;
      throw error;
    }
    waiting?.listener.destroy(new Set([...(this.active.get(name)?.listener.allChains ?? []), ...listener.allChains]));
    if (known === undefined) this.stats.added.value++;
    else this.stats.modified.value++;
    this.warming.set(name, { version, body, listener });
    this.publishRouteNames();
    this.advance();
    this.count();
  }

  remove(name: string): void {
    const waiting = this.warming.get(name);
    const entry = this.active.get(name);
    this.warming.delete(name);
    waiting?.listener.destroy(new Set(entry?.listener.allChains));
    if (entry !== undefined) {
      this.stats.removed.value++;
      this.active.delete(name);
      this.bindings.unbind(entry.listener);
      this.drains.begin(entry.listener, new Set());
    }
    this.publishRouteNames();
    this.count();
  }

  /** The first clusters are there: until now no listener began. */
  release(): void {
    this.held = false;
    this.advance();
  }

  /** Some routes or secrets came: listeners that waited for them may begin. */
  advance(): void {
    if (this.held) return;
    for (const [name, entry] of [...this.warming]) {
      const { listener } = entry;
      if (!listener.routeNames.every((route) => this.parts.routes.isSettled(route))) continue;
      if (!listener.ready(() => this.advance())) continue;
      this.warming.delete(name);
      this.activate(name, entry);
    }
  }

  /** Of all listeners, those that are on their way out too. */
  get openConnections(): number {
    let open = 0;
    for (const { listener } of this.active.values()) open += listener.openConnections;
    for (const listener of this.drains.listeners) open += listener.openConnections;
    return open;
  }

  /** `/drain_listeners` */
  drainAll({ inboundOnly, graceful, skipExit = false }: DrainOptions): void {
    const chosen = this.listeners.filter(
      ({ config }) => !inboundOnly || config.trafficDirection === TrafficDirection.INBOUND,
    );
    const stop = (): void => {
      for (const listener of chosen) this.bindings.unbind(listener);
      this.stats.stopped.value += chosen.length;
    };
    if (!graceful) {
      stop();
      return;
    }
    const decision = this.drains.decide();
    for (const listener of chosen) listener.drain(decision);
    if (!skipExit) this.parts.context.wheel.arm(new WheelTimer(stop), this.drains.settings.time_ms);
  }

  /** `/healthcheck/fail`: from now on answers end their connections, but where a listener drains for changes only. */
  failHealth(failed: boolean): void {
    for (const { listener } of this.active.values()) if (listener.drainsOnFailedHealth) listener.drain(() => failed);
  }

  /** Accepts no more; what is open ends after its request. */
  stopAccepting(): void {
    this.bindings.stop();
    for (const { listener } of this.active.values()) {
      listener.drain(() => true);
      listener.close();
    }
  }

  destroy(): void {
    this.stopAccepting();
    for (const map of [this.active, this.warming]) {
      for (const { listener } of map.values()) listener.destroy();
      map.clear();
    }
    this.drains.destroy();
  }

  private activate(name: string, entry: Entry): void {
    const old = this.active.get(name)?.listener;
    const { listener } = entry;
    this.active.set(name, entry);
    if (listener.bind) this.bindings.bind(listener);
    this.stats.created.value++;
    if (old !== undefined) {
      // what the new listener did not take over
      this.bindings.unbind(old);
      if (differInChainsOnly(old.config, listener.config)) this.stats.inPlace.value++;
      this.drains.begin(old, new Set(listener.allChains));
    }
    this.publishRouteNames();
    this.count();
    this.parts.onReady();
  }

  private count(): void {
    this.stats.count(this.active.size, this.warming.size, this.drains.size);
  }

  /** Exactly this address, then the wildcard one of this port. */
  private byAddress(address: string, port: number): Listener | undefined {
    let wildcard: Listener | undefined;
    for (const { listener } of this.active.values()) {
      for (const at of listener.addresses) {
        if (at.port !== port || at.pipe !== undefined) continue;
        if (at.address === address) return listener;
        if (at.address === '0.0.0.0' || at.address === '::') wildcard = listener;
      }
    }
    return wildcard;
  }

  private publishRouteNames(): void {
    const { routes, sources } = this.parts;
    const names = new Set<string>();
    for (const map of [this.active, this.warming]) {
      for (const { listener } of map.values()) for (const name of listener.routeNames) names.add(name);
    }
    routes.keep(names);
    sources.want(TYPE_URL.route, new Map([...names].map((name) => [name, routes.sourceOf(name)])));
  }
}
