import type { Clock } from '../../../base/clock.js';
import { messageOf } from '../../../base/errors.js';
import type { Logger } from '../../../base/logger.js';
import { type Client, isAlreadyExists, isConflict, isNotFound } from '../../../client/client.js';
import { EventRecorder } from './event-recorder.js';
import type { Informers } from './informers.js';
import { WorkQueue } from './work-queue.js';

/** What every controller is given. */
export interface ControllerContext {
  readonly client: Client;
  readonly informers: Informers;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Makes the world what objects of one kind ask for: each change of an object, or of what it owns, queues its key. */
export abstract class Controller {
  protected readonly queue: WorkQueue;
  protected readonly logger: Logger;
  protected readonly events: EventRecorder;

  constructor(
    /** As in Kubernetes: the `source` of its events, the `fieldManager` of its writes. */
    readonly name: string,
    protected readonly context: ControllerContext,
  ) {
    this.logger = context.logger.scope(name);
    this.events = new EventRecorder(context.client, context.clock, this.logger, { component: name });
    this.queue = new WorkQueue({
      clock: context.clock,
      process: (key) => this.reconcile(key),
      onError: (key, error, retry_ms) => this.report(key, error, retry_ms),
    });
  }

  /** Subscribes to what it needs. */
  abstract start(): void;

  protected abstract reconcile(key: string): Promise<void>;

  async stop(): Promise<void> {
    await this.queue.stop();
    await this.events.flush();
  }

  /** Resolves when it has nothing to do. */
  async idle(): Promise<void> {
    await this.queue.idle();
    await this.events.flush();
  }

  private report(key: string, error: unknown, retry_ms: number): void {
    // It worked on what it had seen; the newer object is on its way here.
    const late = isConflict(error) || isNotFound(error) || isAlreadyExists(error);
    this.logger[late ? 'debug' : 'warn']('will try again', { key, retry_ms, error: messageOf(error) });
  }
}
