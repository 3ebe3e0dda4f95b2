import type { Socket } from 'node:net';
import { messageOf } from '../../base/errors.js';
import { WheelTimer } from '../../base/timer-wheel.js';
import { ListenerSchema } from '../../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import type { ClusterLookup } from '../cluster/cluster-lookup.js';
import type { ProxyContext } from '../context.js';
import { Listener } from '../listener/listener.js';
import type { BoundListener } from '../network.js';
import { TYPE_URL } from './config-stream.js';
import { decode } from './decode.js';
import type { RouteManager } from './route-manager.js';
import type { ConfigSources } from './sources/config-sources.js';

/** Connections of a listener that was replaced or removed end after this at the latest: Envoy's `--drain-time-s`. */
const DRAIN_MS = 600_000;
const BACKLOG = 4_096;
/** Time between attempts to bind an address that is in use. */
const REBIND_MS = 1_000;

/** A socket stays open while listeners with its address come and go, so that no connection is refused in between. */
interface Binding {
  readonly address: string;
  readonly port: number;
  listener: Listener;
  bound: BoundListener | undefined;
}

interface Entry {
  readonly version: string;
  readonly listener: Listener;
  readonly routeNames: readonly string[];
}

/** The listeners of one logical proxy. A listener is used when its routes are known. */
export class ListenerManager {
  private readonly active = new Map<string, Entry>();
  private readonly warming = new Map<string, Entry>();
  private readonly bindings = new Map<string, Binding>();
  private readonly draining = new Map<Listener, WheelTimer>();
  private opening = 0;
  private held = true;
  private stopped = false;

  constructor(
    private readonly context: ProxyContext,
    private readonly clusters: ClusterLookup,
    private readonly routes: RouteManager,
    private readonly sources: ConfigSources,
    private readonly onReady: () => void,
  ) {}

  get listeners(): readonly Listener[] {
    return [...this.active.values()].map((entry) => entry.listener);
  }

  /** Whether every listener that is known has its routes and its socket. */
  get settled(): boolean {
    return this.warming.size === 0 && this.opening === 0;
  }

  /** The address that a listener is bound to, once it is. */
  boundAddress(name: string): BoundListener | undefined {
    const listener = this.active.get(name)?.listener;
    if (listener === undefined) return undefined;
    return this.bindings.get(keyOf(listener))?.bound;
  }

  /** @throws ConfigError; the old listener stays */
  set(name: string, version: string, body: Uint8Array): void {
    const known = this.warming.get(name) ?? this.active.get(name);
    if (known?.version === version) return;
    const config = decode(ListenerSchema, body);
    const routeNames = new Set<string>();
    const listener = new Listener(
      this.context,
      config,
      {
        context: this.context,
        clusters: this.clusters,
        routes: ({ routeConfigName, configSource }, statPrefix, path) => {
          this.sources.check(configSource, `${path}.config_source`);
          routeNames.add(routeConfigName);
          return this.routes.slot(routeConfigName, configSource, statPrefix);
        },
      },
      (address, port) => this.byAddress(address, port),
    );
    this.warming.set(name, { version, listener, routeNames: [...routeNames] });
    this.publishRouteNames();
    this.advance();
  }

  remove(name: string): void {
    this.warming.delete(name);
    const entry = this.active.get(name);
    if (entry === undefined) {
      this.publishRouteNames();
      return;
    }
    this.active.delete(name);
    this.unbind(entry.listener);
    this.drain(entry.listener);
    this.publishRouteNames();
  }

  /** The first clusters are there: until now no listener began. */
  release(): void {
    this.held = false;
    this.advance();
  }

  /** Some routes came: listeners that waited for them may begin. */
  advance(): void {
    if (this.held) return;
    for (const [name, entry] of [...this.warming]) {
      if (!entry.routeNames.every((route) => this.routes.isSettled(route))) continue;
      this.warming.delete(name);
      this.activate(name, entry);
    }
  }

  /** Of all listeners, those that are on their way out too. */
  get openConnections(): number {
    let open = 0;
    for (const { listener } of this.active.values()) open += listener.openConnections;
    for (const listener of this.draining.keys()) open += listener.openConnections;
    return open;
  }

  /** Accepts no more; what is open ends after its request. */
  stopAccepting(): void {
    this.stopped = true;
    for (const binding of this.bindings.values()) binding.bound?.close();
    for (const { listener } of this.active.values()) {
      listener.drain();
      listener.close();
    }
  }

  destroy(): void {
    this.stopAccepting();
    for (const { listener } of this.active.values()) listener.destroy();
    for (const [listener, timer] of this.draining) {
      this.context.wheel.cancel(timer);
      listener.destroy();
    }
    this.active.clear();
    this.warming.clear();
    this.bindings.clear();
  }

  private activate(name: string, entry: Entry): void {
    const old = this.active.get(name)?.listener;
    this.active.set(name, entry);
    const moved = old !== undefined && keyOf(old) !== keyOf(entry.listener);
    if (entry.listener.bind) this.bind(entry.listener);
    if (old !== undefined) {
      if (moved || !entry.listener.bind) this.unbind(old);
      this.drain(old);
    }
    this.publishRouteNames();
    this.onReady();
  }

  private bind(listener: Listener): void {
    const key = keyOf(listener);
    const known = this.bindings.get(key);
    if (known !== undefined) {
      known.listener = listener;
      return;
    }
    const binding: Binding = { address: listener.address, port: listener.port, listener, bound: undefined };
    this.bindings.set(key, binding);
    this.open(key, binding);
  }

  private open(key: string, binding: Binding): void {
    this.opening++;
    const { address, port } = binding;
    const backlog = binding.listener.config.tcpBacklogSize ?? BACKLOG;
    this.context.sockets
      .listen({ address, port, backlog }, (socket) => this.accept(binding, socket))
      .then(
        (bound) => {
          this.opening--;
          if (this.bindings.get(key) !== binding || this.stopped) return bound.close();
          binding.bound = bound;
          this.onReady();
        },
        (error: unknown) => {
          this.opening--;
          if (this.bindings.get(key) !== binding || this.stopped) return;
          this.context.logger.warn(`listener ${binding.listener.name} cannot be opened; trying again`, {
            error: messageOf(error),
          });
          this.context.wheel.arm(
            new WheelTimer(() => this.bindings.get(key) === binding && !this.stopped && this.open(key, binding)),
            REBIND_MS,
          );
        },
      );
  }

  private accept(binding: Binding, socket: Socket): void {
    try {
      binding.listener.accept(socket);
    } catch (error) {
      this.context.logger.error('a connection ended by an error of the proxy', {
        listener: binding.listener.name,
        error: messageOf(error),
      });
      socket.destroy();
    }
  }

  private unbind(listener: Listener): void {
    const key = keyOf(listener);
    const binding = this.bindings.get(key);
    if (binding === undefined || binding.listener !== listener) return;
    this.bindings.delete(key);
    binding.bound?.close();
  }

  private drain(listener: Listener): void {
    listener.drain();
    const timer = new WheelTimer(() => {
      this.draining.delete(listener);
      listener.destroy();
    });
    this.draining.set(listener, timer);
    this.context.wheel.arm(timer, DRAIN_MS);
  }

  /** Exactly this address, then the wildcard one of this port. */
  private byAddress(address: string, port: number): Listener | undefined {
    let wildcard: Listener | undefined;
    for (const { listener } of this.active.values()) {
      if (listener.port !== port) continue;
      if (listener.address === address) return listener;
      if (listener.address === '0.0.0.0' || listener.address === '::') wildcard = listener;
    }
    return wildcard;
  }

  private publishRouteNames(): void {
    const names = new Set<string>();
    for (const map of [this.active, this.warming]) {
      for (const entry of map.values()) for (const name of entry.routeNames) names.add(name);
    }
    this.routes.keep(names);
    this.sources.want(TYPE_URL.route, new Map([...names].map((name) => [name, this.routes.sourceOf(name)])));
  }
}

function keyOf(listener: Listener): string {
  return `${listener.address}:${listener.port}:${listener.port === 0 ? listener.name : ''}`;
}
