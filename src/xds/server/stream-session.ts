import type { Clock, Timer } from '../../base/clock.js';
import { XdsError } from '../errors.js';
import type { Node } from '../types/gen/envoy/config/core/v3/base_pb.js';
import { SUBSCRIBED_NAMES_MAX, TYPES_MAX, WARMING_MAX_MS } from './limits.js';
import { nextPushes } from './plan.js';
import { type ConfigSource, type PushObserver, type PushReport, type ResourceSet, TYPE_URL } from './source.js';
import { type Push, TypeState } from './type-state.js';

const WILDCARD = '*';

/** A request of either variant of the protocol. */
export interface SessionRequest {
  readonly typeUrl: string;
  readonly subscribe: readonly string[];
  readonly unsubscribe: readonly string[];
  readonly initialVersions: Readonly<Record<string, string>>;
  /** Of the response that this answers; empty for none. */
  readonly nonce: string;
  /** Present in a rejection. */
  readonly error?: string;
}

export interface SessionOptions {
  readonly source: ConfigSource;
  readonly observer: PushObserver;
  readonly clock: Clock;
  /** @returns false when the variant has no words for this push; it then needs no answer */
  readonly send: (push: Push, nonce: string) => boolean;
}

/** One stream: brings its client from what it has to what the source says, step by step. */
export class StreamSession {
  private readonly types = new Map<string, TypeState>();
  private readonly warming = new Set<string>();
  private warmingTimer: Timer | undefined;
  private nonce = 0;
  private names = 0;
  private settledVersion = -1;
  private resources: ResourceSet | undefined;
  private resourcesVersion = -1;

  constructor(
    readonly node: Node,
    private readonly options: SessionOptions,
  ) {
    options.observer.connected(node);
  }

  /** @throws XdsError `XDS_LIMIT` when the client wants too much */
  handle(request: SessionRequest): void {
    const state = this.stateOf(request.typeUrl, request);
    this.subscribe(state, request);
    this.takeAnswer(state, request);
    this.flush();
  }

  /** Sends what may be sent now: at most one response per type, the rest after the answers. */
  flush(): void {
    const resources = this.current();
    if (resources === undefined) return;
    for (;;) {
      const pushes = nextPushes(this.types, resources, this.warming);
      if (pushes.length === 0) break;
      for (const push of pushes) this.send(push, resources);
    }
    this.settle();
  }

  /** Asked for once in each version: an answer of the proxy changes nothing of what it is to have. */
  private current(): ResourceSet | undefined {
    const { source } = this.options;
    const version = source.version();
    if (this.resources === undefined || this.resourcesVersion !== version) {
      this.resources = source.resources(this.node);
      this.resourcesVersion = version;
    }
    return this.resources;
  }

  private settle(): void {
    const version = this.options.source.version();
    if (version === this.settledVersion || this.warming.size > 0) return;
    for (const { inFlight } of this.types.values()) if (inFlight !== undefined) return;
    this.settledVersion = version;
    this.options.observer.settled(this.node, version);
  }

  end(): void {
    this.warmingTimer?.cancel();
    this.options.observer.disconnected(this.node);
  }

  private stateOf(typeUrl: string, first: SessionRequest): TypeState {
    let state = this.types.get(typeUrl);
    if (state !== undefined) return state;
    if (this.types.size >= TYPES_MAX) throw new XdsError('XDS_LIMIT', `more than ${TYPES_MAX} resource types`);
    state = new TypeState(typeUrl);
    this.types.set(typeUrl, state);
    // A first request without names means all of them.
    if (first.subscribe.length === 0) state.subscribeAll();
    return state;
  }

  private subscribe(state: TypeState, request: SessionRequest): void {
    const before = state.names.size;
    for (const name of request.subscribe) {
      if (name === WILDCARD) state.subscribeAll();
      else state.subscribe(name);
    }
    for (const name of request.unsubscribe) {
      if (name === WILDCARD) state.unsubscribeAll();
      else state.unsubscribe(name);
    }
    for (const [name, version] of Object.entries(request.initialVersions)) state.known(name, version);
    if (state.typeUrl === TYPE_URL.endpoint) for (const name of request.subscribe) this.warmed(name);
    this.names += state.names.size - before;
    if (this.names > SUBSCRIBED_NAMES_MAX) {
      throw new XdsError('XDS_LIMIT', `more than ${SUBSCRIBED_NAMES_MAX} subscribed names on one stream`);
    }
  }

  private takeAnswer(state: TypeState, request: SessionRequest): void {
    if (state.inFlight === undefined || request.nonce !== state.inFlight.nonce) return;
    const report = this.reportOf(state.inFlight.push, state.inFlight.version);
    state.inFlight = undefined;
    if (request.error === undefined) this.options.observer.acked(report);
    else this.options.observer.nacked(report, request.error);
  }

  private reportOf({ typeUrl, changed, removed }: Push, version: number): PushReport {
    return { node: this.node, typeUrl, version, changed, removed };
  }

  private send(push: Push, resources: ResourceSet): void {
    const state = this.types.get(push.typeUrl);
    if (state === undefined) return;
    const nonce = String(++this.nonce);
    if (push.typeUrl === TYPE_URL.cluster) this.prepareEndpoints(push, resources);
    const version = this.options.source.version();
    state.markSent(push, nonce, version);
    if (this.options.send(push, nonce)) this.options.observer.sent(this.reportOf(push, version));
    else state.inFlight = undefined;
  }

  /**
   * A cluster that is new or changed warms until its endpoints arrive. For a changed one Envoy neither asks again nor answers
   * the clusters before (it then waits 15 s), so they are sent again at once; for a new one listeners and routes wait until the
   * proxy has asked. Clusters are known here by their name only, and so this holds for those whose endpoints go by the same
   * name; others just do without.
   */
  private prepareEndpoints(push: Push, resources: ResourceSet): void {
    const endpoints = this.types.get(TYPE_URL.endpoint);
    const existing = resources.get(TYPE_URL.endpoint);
    for (const { name } of push.changed) {
      if (existing?.has(name) !== true) continue;
      if (endpoints?.wants(name)) endpoints.ask(name);
      else this.warming.add(name);
    }
    for (const name of push.removed) this.warmed(name);
    if (this.warming.size === 0) return;
    this.warmingTimer?.cancel();
    this.warmingTimer = this.options.clock.setTimer(WARMING_MAX_MS, () => {
      this.warming.clear();
      this.flush();
    });
  }

  private warmed(name: string): void {
    if (!this.warming.delete(name) || this.warming.size > 0) return;
    this.warmingTimer?.cancel();
  }
}
