import { randomInt } from 'node:crypto';
import { BoundedQueue } from '../../base/bounded-queue.js';
import type { Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { type Client, isNotFound } from '../../client/client.js';
import { EVENTS } from '../../resources/gvr.js';
import type { KubeObject } from '../../resources/object.js';
import type { EventObject } from '../../resources/types.js';
import { rfc3339 } from '../time.js';

/** Events that wait to be written; more are dropped, since they tell and decide nothing. */
const WAITING_MAX = 1000;
/** Events whose repetitions are counted instead of written anew. */
const REMEMBERED_MAX = 4096;
/** Nanoseconds in a millisecond. Starts anywhere, so that two recorders seldom choose one name. */
const SEQUENCE_MAX = 1_000_000;

export type EventType = 'Normal' | 'Warning';

export interface EventSource {
  readonly component: string;
  /** The node's name, for what happens on one. */
  readonly host?: string;
}

interface Occurrence {
  readonly about: KubeObject;
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
  readonly fieldPath: string | undefined;
  readonly at_ms: number;
}

interface Remembered {
  readonly name: string;
  readonly namespace: string;
  count: number;
}

/** Writes what happened to an object as Events, for `kubectl describe`. The same again raises the count of the first. */
export class EventRecorder {
  private readonly waiting = new BoundedQueue<Occurrence>(WAITING_MAX);
  private readonly remembered = new Map<string, Remembered>();
  private writing: Promise<void> | undefined;
  private sequence = randomInt(SEQUENCE_MAX);

  constructor(
    private readonly client: Client,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly source: EventSource,
  ) {}

  normal(about: KubeObject, reason: string, message: string): void {
    this.record(about, 'Normal', reason, message);
  }

  warning(about: KubeObject, reason: string, message: string): void {
    this.record(about, 'Warning', reason, message);
  }

  /** @param fieldPath the part meant, such as `spec.containers{shop}` */
  record(about: KubeObject, type: EventType, reason: string, message: string, fieldPath?: string): void {
    const occurrence = { about, type, reason, message, fieldPath, at_ms: this.clock.now() };
    if (!this.waiting.push(occurrence)) return;
    this.writing ??= this.writeAll();
  }

  /** Resolves when all that was recorded is written. */
  async flush(): Promise<void> {
    await this.writing;
  }

  private async writeAll(): Promise<void> {
    // What the caller does next matters more than that it is told.
    await Promise.resolve();
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      try {
        await this.write(next);
      } catch (error) {
        this.logger.debug('event lost', { reason: next.reason, error: messageOf(error) });
      }
    }
    // In the same turn in which the queue was found empty, so that no event is left in it.
    this.writing = undefined;
  }

  private async write(occurrence: Occurrence): Promise<void> {
    const key = identity(occurrence);
    const known = this.remembered.get(key);
    if (known && (await this.repeat(known, occurrence))) return;
    const event = this.eventOf(occurrence);
    await this.client.create(EVENTS, event);
    this.remember(key, { name: event.metadata.name, namespace: event.metadata.namespace ?? '', count: 1 });
  }

  /** @returns whether the first one is still there */
  private async repeat(known: Remembered, { at_ms }: Occurrence): Promise<boolean> {
    known.count++;
    const body = { count: known.count, lastTimestamp: rfc3339(at_ms) };
    try {
      await this.client.patch(EVENTS, known.name, known.namespace, { type: 'merge', body });
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  private eventOf({ about, type, reason, message, fieldPath, at_ms }: Occurrence): EventObject {
    const { name, namespace, uid, resourceVersion } = about.metadata;
    const at = rfc3339(at_ms);
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${this.suffix(at_ms)}`, namespace: namespace ?? 'default' },
      involvedObject: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        name,
        ...(namespace !== undefined && { namespace }),
        ...(uid !== undefined && { uid }),
        ...(resourceVersion !== undefined && { resourceVersion }),
        ...(fieldPath !== undefined && { fieldPath }),
      },
      type,
      reason,
      message,
      count: 1,
      firstTimestamp: at,
      lastTimestamp: at,
      source: this.source,
      reportingComponent: this.source.component,
      reportingInstance: this.source.host ?? '',
    };
  }

  /** Nanoseconds in hex, as Kubernetes names events; the sequence keeps apart what happens in one millisecond. */
  private suffix(at_ms: number): string {
    this.sequence = (this.sequence + 1) % SEQUENCE_MAX;
    return (BigInt(Math.trunc(at_ms)) * BigInt(SEQUENCE_MAX) + BigInt(this.sequence)).toString(16);
  }

  private remember(key: string, event: Remembered): void {
    if (this.remembered.size >= REMEMBERED_MAX) {
      const oldest = this.remembered.keys().next().value;
      if (oldest !== undefined) this.remembered.delete(oldest);
    }
    this.remembered.set(key, event);
  }
}

function identity({ about, type, reason, message, fieldPath }: Occurrence): string {
  const { uid, namespace, name } = about.metadata;
  return JSON.stringify([about.kind, namespace, name, uid, type, reason, message, fieldPath]);
}
