import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Clock, Timer } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { Random } from '../../base/random.js';
import { XdsError } from '../errors.js';
import { type Node, NodeSchema } from '../types/gen/envoy/config/core/v3/base_pb.js';
import { Backoff, type BackoffLimits } from './backoff.js';
import type { Discovery } from './discovery.js';
import { RequestQueue } from './request-queue.js';
import { TypeSubscription, type WILDCARD } from './type-subscription.js';
import type { Update, Verdict } from './update.js';

export interface XdsClientOptions<Request, Response> {
  /** For example `deltaAds(connection)`. */
  readonly discovery: Discovery<Request, Response>;
  /** Who asks: id, cluster, metadata, locality. */
  readonly node: MessageInitShape<typeof NodeSchema>;
  /**
   * Judges each update; the next one waits until it has. An update that throws is rejected with the error's message.
   * Responses of one stream arrive in the server's order, which is make before break.
   */
  readonly onUpdate: (update: Update) => Verdict | Promise<Verdict>;
  /** The stream opened (the server answered on it) or was lost. */
  readonly onState?: (state: 'connected' | 'disconnected') => void;
  /** Each attempt to open a stream that failed, with why. */
  readonly onFailure?: (reason: string) => void;
  /** Sent with the call that opens a stream. */
  readonly headers?: ReadonlyMap<string, string>;
  readonly backoff?: BackoffLimits;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * A client of a discovery service, for one logical proxy: one stream, which comes back by itself and then asks only for what
 * changed since (in the state of the world: names what it has). Source: the xDS protocol.
 *
 * @example
 * const client = new XdsClient({ discovery: deltaAds(connection), node: { id: 'router~…' }, onUpdate: () => ({ accept: true }), clock, random, logger });
 * client.subscribe(TYPE_URL.cluster, '*');
 * client.start();
 */
export class XdsClient<Request, Response extends { readonly typeUrl: string }> {
  private readonly subscriptions = new Map<string, TypeSubscription>();
  private readonly node: Node;
  private readonly backoff: Backoff;
  private stream: { readonly abort: AbortController; readonly requests: RequestQueue<Request> } | undefined;
  private retry: Timer | undefined;
  private state: 'idle' | 'running' | 'closed' = 'idle';

  constructor(private readonly options: XdsClientOptions<Request, Response>) {
    this.node = create(NodeSchema, options.node);
    this.backoff = new Backoff(options.random, options.backoff);
  }

  /**
   * Says all that is wanted of a type from now on; the client tells the server the difference. Types are asked for in the order
   * of their first call.
   */
  subscribe(typeUrl: string, names: typeof WILDCARD | Iterable<string>): void {
    let subscription = this.subscriptions.get(typeUrl);
    if (subscription === undefined) {
      subscription = new TypeSubscription(typeUrl);
      this.subscriptions.set(typeUrl, subscription);
    }
    subscription.want(names);
    this.stream?.requests.poke();
  }

  start(): void {
    if (this.state !== 'idle') return;
    this.state = 'running';
    void this.run();
  }

  /** Ends the stream for good; no handler is called afterwards. */
  close(): void {
    this.state = 'closed';
    this.retry?.cancel();
    this.stream?.requests.end();
    this.stream?.abort.abort();
    this.stream = undefined;
  }

  private async run(): Promise<void> {
    const { discovery, headers } = this.options;
    const requests = new RequestQueue<Request>(discovery.wire, this.node, this.subscriptions);
    const stream = { abort: new AbortController(), requests };
    this.stream = stream;
    discovery.wire.streamStarted();
    for (const subscription of this.subscriptions.values()) subscription.streamStarted();
    let connected = false;
    let reason = 'the server ended the stream';
    try {
      for await (const response of discovery.open(requests, {
        signal: stream.abort.signal,
        headers: [...(headers ?? [])],
      })) {
        if (this.isClosed()) return;
        if (!connected) this.options.onState?.('connected');
        connected = true;
        this.backoff.reset();
        await this.receive(response, requests);
      }
    } catch (error) {
      reason = messageOf(error);
    } finally {
      stream.requests.end();
      stream.abort.abort();
    }
    if (!this.isClosed()) this.lost(connected, reason);
  }

  private lost(wasConnected: boolean, reason: string): void {
    this.stream = undefined;
    const delay_ms = this.backoff.next();
    this.options.logger[wasConnected ? 'warn' : 'debug']('no stream to the control plane', {
      reason,
      retry_ms: delay_ms,
    });
    if (wasConnected) this.options.onState?.('disconnected');
    this.options.onFailure?.(reason);
    if (!this.isClosed()) this.retry = this.options.clock.setTimer(delay_ms, () => void this.run());
  }

  private async receive(response: Response, requests: RequestQueue<Request>): Promise<void> {
    const { wire } = this.options.discovery;
    const subscription = this.subscriptions.get(response.typeUrl);
    const answer =
      subscription === undefined
        ? wire.refuse(response, `no subscription for ${response.typeUrl}`)
        : wire.answer(response, subscription, await this.judge(response, subscription));
    if (this.isClosed()) return;
    if (!requests.answer(answer)) {
      throw new XdsError('XDS_PROTOCOL', 'the server sends responses without reading the answers');
    }
  }

  private async judge(response: Response, subscription: TypeSubscription): Promise<Verdict> {
    try {
      const update = this.options.discovery.wire.read(response, subscription);
      const verdict = await this.options.onUpdate(update);
      remember(subscription, update, verdict);
      return verdict;
    } catch (error) {
      return { reject: messageOf(error) };
    }
  }

  /** A method, because the state changes while `run` awaits and the compiler cannot know. */
  private isClosed(): boolean {
    return this.state === 'closed';
  }
}

/** Notes what was taken. */
export function remember(subscription: TypeSubscription, update: Update, verdict: Verdict): void {
  if ('reject' in verdict && verdict.rejected === undefined) return;
  const rejected = new Set('reject' in verdict ? verdict.rejected : []);
  for (const { name, version, digest } of update.resources) {
    // The handler may have changed the subscription meanwhile.
    if (!rejected.has(name) && subscription.wants(name)) subscription.versions.set(name, digest ?? version);
  }
  for (const name of update.removed) if (!rejected.has(name)) subscription.versions.delete(name);
}
