import { create } from '@bufbuild/protobuf';
import { BoundedQueue } from '../../base/bounded-queue.js';
import type { Node } from '../types/gen/envoy/config/core/v3/base_pb.js';
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
} from '../types/gen/envoy/service/discovery/v3/discovery_pb.js';
import type { TypeSubscription } from './type-subscription.js';

/** Answers that wait to be written. A server that sends this many responses without reading gets its stream ended. */
export const PENDING_ANSWERS_MAX = 256;

/**
 * The requests of one stream, pulled by the transport as it can write. Only answers queue up; changes of subscription merge
 * until they are pulled, so their memory is bounded by what is wanted.
 */
export class RequestQueue implements AsyncIterable<DeltaDiscoveryRequest> {
  private readonly answers = new BoundedQueue<DeltaDiscoveryRequest>(PENDING_ANSWERS_MAX);
  private node: Node | undefined;
  private ended = false;
  private wake: () => void = () => {};

  /** @param subscriptions live: types may be added while the stream runs */
  constructor(
    node: Node,
    private readonly subscriptions: ReadonlyMap<string, TypeSubscription>,
  ) {
    this.node = node;
  }

  /** @returns false when too many answers wait */
  answer(answer: DeltaDiscoveryRequest): boolean {
    const taken = this.answers.push(answer);
    this.wake();
    return taken;
  }

  /** Some subscription may have changed. */
  poke(): void {
    this.wake();
  }

  end(): void {
    this.ended = true;
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<DeltaDiscoveryRequest> {
    while (!this.ended) {
      const request = this.answers.shift() ?? this.nextChange();
      if (request === undefined) await new Promise<void>((resolve) => (this.wake = resolve));
      else yield this.signed(request);
    }
  }

  private nextChange(): DeltaDiscoveryRequest | undefined {
    for (const subscription of this.subscriptions.values()) {
      const change = subscription.takeChange();
      if (change === undefined) continue;
      return create(DeltaDiscoveryRequestSchema, {
        typeUrl: subscription.typeUrl,
        resourceNamesSubscribe: change.subscribe,
        resourceNamesUnsubscribe: change.unsubscribe,
        initialResourceVersions: change.initialVersions,
      });
    }
    return undefined;
  }

  /** The first request of a stream says who asks. */
  private signed(request: DeltaDiscoveryRequest): DeltaDiscoveryRequest {
    if (this.node !== undefined) request.node = this.node;
    this.node = undefined;
    return request;
  }
}
