import { randomBytes } from 'node:crypto';
import { BoundedQueue } from '../../base/bounded-queue.js';
import type { Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { type Client, isNotFound } from '../../client/client.js';
import { EVENTS } from '../../resources/gvr.js';
import type { EventObject, PodObject } from '../../resources/types.js';

/** Events beyond it, while the API server is slow or away, are dropped: they inform, nothing depends on them. */
const QUEUE_MAX = 1000;
const REMEMBERED_MAX = 4096;

export type EventType = 'Normal' | 'Warning';

interface Sent {
  readonly namespace: string;
  readonly name: string;
  count: number;
}

/** Writes the events of pods as kubelet does: the same event again counts up instead of adding another. */
export class EventRecorder {
  private readonly queue = new BoundedQueue<() => Promise<void>>(QUEUE_MAX);
  private readonly sent = new Map<string, Sent>();
  private busy = false;

  constructor(
    private readonly parts: {
      readonly client: Client;
      readonly clock: Clock;
      readonly logger: Logger;
      readonly nodeName: string;
    },
  ) {}

  /** @param container name, for the event's field path */
  record(pod: PodObject, type: EventType, reason: string, message: string, container?: ContainerRef): void {
    const at = new Date(this.parts.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    this.queue.push(() => this.write(pod, type, reason, message, container, at));
    void this.drain();
  }

  private async drain(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      try {
        await next();
      } catch (error) {
        this.parts.logger.debug('event not written', { error: messageOf(error) });
      }
    }
    this.busy = false;
  }

  private async write(
    pod: PodObject,
    type: EventType,
    reason: string,
    message: string,
    container: ContainerRef | undefined,
    at: string,
  ): Promise<void> {
    const { client } = this.parts;
    const key = [pod.metadata.uid, container?.fieldPath, type, reason, message].join('\0');
    const before = this.sent.get(key);
    if (before) {
      before.count++;
      try {
        const body = { count: before.count, lastTimestamp: at };
        await client.patch(EVENTS, before.name, before.namespace, { type: 'merge', body });
        return;
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
    const event = this.eventOf(pod, type, reason, message, container, at);
    await client.create(EVENTS, event);
    if (this.sent.size >= REMEMBERED_MAX) this.sent.delete(this.sent.keys().next().value!);
    this.sent.set(key, { namespace: event.metadata.namespace!, name: event.metadata.name, count: 1 });
  }

  private eventOf(
    { metadata }: PodObject,
    type: EventType,
    reason: string,
    message: string,
    container: ContainerRef | undefined,
    at: string,
  ): EventObject {
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: {
        name: `${metadata.name}.${randomBytes(8).toString('hex')}`,
        namespace: metadata.namespace ?? 'default',
      },
      involvedObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        name: metadata.name,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
        ...(container ? { fieldPath: container.fieldPath } : {}),
      },
      type,
      reason,
      message,
      count: 1,
      firstTimestamp: at,
      lastTimestamp: at,
      source: { component: 'kubelet', host: this.parts.nodeName },
      reportingComponent: 'kubelet',
      reportingInstance: this.parts.nodeName,
    };
  }
}

export interface ContainerRef {
  /** `spec.containers{app}` */
  readonly fieldPath: string;
}
