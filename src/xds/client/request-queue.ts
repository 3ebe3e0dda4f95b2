import { BoundedQueue } from '../../base/bounded-queue.js';
import type { Node } from '../types/gen/envoy/config/core/v3/base_pb.js';
import type { TypeSubscription } from './type-subscription.js';
import type { ClientWire } from './wire.js';

/** Answers that wait to be written. A server that sends this many responses without reading gets its stream ended. */
export const PENDING_ANSWERS_MAX = 256;

/**
 * The requests of one stream, pulled by the transport as it can write. Only answers queue up; changes of subscription merge
 * until they are pulled, so their memory is bounded by what is wanted.
 */
export class RequestQueue<Request> implements AsyncIterable<Request> {
  private readonly answers = new BoundedQueue<Request>(PENDING_ANSWERS_MAX);
  private first = true;
  private ended = false;
  private wake: () => void = () => {};

  /** @param subscriptions live: types may be added while the stream runs */
  constructor(
    private readonly wire: ClientWire<Request, never>,
    private readonly node: Node,
    private readonly subscriptions: ReadonlyMap<string, TypeSubscription>,
  ) {}

  /** @returns false when too many answers wait */
  answer(answer: Request): boolean {
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

  async *[Symbol.asyncIterator](): AsyncGenerator<Request> {
    while (!this.ended) {
      const request = this.answers.shift() ?? this.nextChange();
      if (request === undefined) await new Promise<void>((resolve) => (this.wake = resolve));
      else yield this.signed(request);
    }
  }

  private nextChange(): Request | undefined {
    for (const subscription of this.subscriptions.values()) {
      const request = this.wire.change(subscription);
      if (request !== undefined) return request;
    }
    return undefined;
  }

  private signed(request: Request): Request {
    const { first } = this;
    this.first = false;
    return this.wire.needsNode(first) ? this.wire.withNode(request, this.node) : request;
  }
}
