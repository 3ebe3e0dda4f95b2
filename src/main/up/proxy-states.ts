import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { PushObserver, PushReport, XdsResource } from '../../xds/server/source.js';
import type { Node } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';

/** A refusal, in the proxy's own words. */
export interface Rejection {
  readonly message: string;
  readonly version: number;
  /** Those in the response that was refused. */
  readonly resources: readonly XdsResource[];
}

/** What one proxy was sent of one type, and said to it. */
export interface TypeSync {
  /** Version of the source when it was last sent something; and which of these it has answered. */
  readonly sent: number;
  readonly answered: number;
  readonly sentAt_ms: number;
  /** Present while what it was sent last is refused. */
  readonly rejection?: Rejection;
}

export interface ProxyState {
  readonly id: string;
  readonly node: Node;
  readonly connectedAt_ms: number;
  /** It has answered all of this version. */
  readonly settled: number;
  /** By type URL. */
  readonly types: ReadonlyMap<string, TypeSync>;
}

interface Tracked {
  node: Node;
  streams: number;
  connectedAt_ms: number;
  settled: number;
  readonly types: Map<string, TypeSync>;
}

/** The proxies that are connected, and what they make of their configuration. */
export class ProxyStates implements PushObserver {
  private readonly proxies = new Map<string, Tracked>();
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  connected(node: Node): void {
    const before = this.proxies.get(node.id);
    // A proxy that comes back may be here before its old stream is known to be gone.
    const streams = (before?.streams ?? 0) + 1;
    this.proxies.set(node.id, {
      ...{ node, streams },
      connectedAt_ms: this.clock.now(),
      settled: -1,
      types: new Map(),
    });
    this.logger.debug('proxy connected', { proxy: node.id });
  }

  disconnected(node: Node): void {
    const proxy = this.proxies.get(node.id);
    if (proxy === undefined) return;
    proxy.streams--;
    if (proxy.streams === 0) this.proxies.delete(node.id);
    this.logger.debug('proxy disconnected', { proxy: node.id });
    this.tell();
  }

  sent({ node, typeUrl, version }: PushReport): void {
    const types = this.proxies.get(node.id)?.types;
    const before = types?.get(typeUrl);
    types?.set(typeUrl, { answered: -1, ...before, sent: version, sentAt_ms: this.clock.now() });
  }

  acked({ node, typeUrl, version }: PushReport): void {
    const types = this.proxies.get(node.id)?.types;
    const before = types?.get(typeUrl);
    if (before) types?.set(typeUrl, { sent: before.sent, sentAt_ms: before.sentAt_ms, answered: version });
  }

  nacked({ node, typeUrl, version, changed }: PushReport, message: string): void {
    const types = this.proxies.get(node.id)?.types;
    const before = types?.get(typeUrl);
    if (before)
      types?.set(typeUrl, { ...before, answered: version, rejection: { message, version, resources: changed } });
    this.logger.warn('proxy refused its configuration', { proxy: node.id, type: typeUrl, message });
    this.tell();
  }

  settled(node: Node, version: number): void {
    const proxy = this.proxies.get(node.id);
    if (proxy) proxy.settled = version;
    this.tell();
  }

  all(): ProxyState[] {
    return [...this.proxies].map(([id, { node, connectedAt_ms, settled, types }]) => ({
      ...{ id, node, connectedAt_ms, settled, types },
    }));
  }

  /** Calls back whenever a proxy has settled, refused something or gone. @returns how to end that */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
