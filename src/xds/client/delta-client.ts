import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type Client, createClient } from '@connectrpc/connect';
import type { Clock, Timer } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { Random } from '../../base/random.js';
import { XdsError } from '../errors.js';
import { type Node, NodeSchema } from '../types/gen/envoy/config/core/v3/base_pb.js';
import { AggregatedDiscoveryService } from '../types/gen/envoy/service/discovery/v3/ads_pb.js';
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
} from '../types/gen/envoy/service/discovery/v3/discovery_pb.js';
import { Backoff } from './backoff.js';
import type { AdsConnection } from './connection.js';
import { RequestQueue } from './request-queue.js';
import { TypeSubscription, type WILDCARD } from './type-subscription.js';
import { readUpdate, type Update, type Verdict } from './update.js';

/** google.rpc.Code.INVALID_ARGUMENT, the code that xDS clients put into a NACK. */
const INVALID_ARGUMENT = 3;

export interface DeltaAdsClientOptions {
  readonly connection: AdsConnection;
  /** Who asks: id, cluster, metadata, locality. */
  readonly node: MessageInitShape<typeof NodeSchema>;
  /**
   * Judges each update; the next one waits until it has. An update that throws is rejected with the error's message.
   * Responses of one stream arrive in the server's order, which is make before break.
   */
  readonly onUpdate: (update: Update) => Verdict | Promise<Verdict>;
  /** The stream opened (the server answered on it) or was lost. */
  readonly onState?: (state: 'connected' | 'disconnected') => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * Delta ADS for one logical proxy: one stream on the process's shared connection, which comes back by itself and then asks only
 * for what changed since. Source: the xDS protocol, "Incremental xDS".
 *
 * @example
 * const client = new DeltaAdsClient({ connection, node: { id: 'router~…' }, onUpdate: () => ({ accept: true }), clock, random, logger });
 * client.subscribe(TYPE_URL.cluster, '*');
 * client.start();
 */
export class DeltaAdsClient {
  private readonly subscriptions = new Map<string, TypeSubscription>();
  private readonly rpc: Client<typeof AggregatedDiscoveryService>;
  private readonly node: Node;
  private readonly backoff: Backoff;
  private stream: { readonly abort: AbortController; readonly requests: RequestQueue } | undefined;
  private retry: Timer | undefined;
  private state: 'idle' | 'running' | 'closed' = 'idle';

  constructor(private readonly options: DeltaAdsClientOptions) {
    this.rpc = createClient(AggregatedDiscoveryService, options.connection.transport);
    this.node = create(NodeSchema, options.node);
    this.backoff = new Backoff(options.random);
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
    const stream = { abort: new AbortController(), requests: new RequestQueue(this.node, this.subscriptions) };
    this.stream = stream;
    for (const subscription of this.subscriptions.values()) subscription.streamStarted();
    let connected = false;
    let reason = 'the server ended the stream';
    try {
      for await (const response of this.rpc.deltaAggregatedResources(stream.requests, {
        signal: stream.abort.signal,
      })) {
        if (this.isClosed()) return;
        if (!connected) this.options.onState?.('connected');
        connected = true;
        this.backoff.reset();
        await this.receive(response, stream.requests);
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
    if (!this.isClosed()) this.retry = this.options.clock.setTimer(delay_ms, () => void this.run());
  }

  private async receive(response: DeltaDiscoveryResponse, requests: RequestQueue): Promise<void> {
    const subscription = this.subscriptions.get(response.typeUrl);
    const verdict = subscription
      ? await this.judge(response, subscription)
      : { reject: `no subscription for ${response.typeUrl}` };
    if (this.isClosed()) return;
    if (!requests.answer(answerTo(response, verdict))) {
      throw new XdsError('XDS_PROTOCOL', 'the server sends responses without reading the answers');
    }
  }

  private async judge(response: DeltaDiscoveryResponse, subscription: TypeSubscription): Promise<Verdict> {
    try {
      const update = readUpdate(response, (name) => subscription.wants(name));
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

function remember(subscription: TypeSubscription, update: Update, verdict: Verdict): void {
  if ('reject' in verdict && verdict.rejected === undefined) return;
  const rejected = new Set('reject' in verdict ? verdict.rejected : []);
  for (const { name, version } of update.resources) {
    // The handler may have changed the subscription meanwhile.
    if (!rejected.has(name) && subscription.wants(name)) subscription.versions.set(name, version);
  }
  for (const name of update.removed) if (!rejected.has(name)) subscription.versions.delete(name);
}

function answerTo(response: DeltaDiscoveryResponse, verdict: Verdict): DeltaDiscoveryRequest {
  return create(DeltaDiscoveryRequestSchema, {
    typeUrl: response.typeUrl,
    responseNonce: response.nonce,
    ...('reject' in verdict && { errorDetail: { code: INVALID_ARGUMENT, message: verdict.reject } }),
  });
}
