import type { Clock } from '../../../base/clock.js';
import type { Logger } from '../../../base/logger.js';
import { type Client, isConflict } from '../../../client/client.js';
import { WorkQueue } from '../../../client/work-queue.js';
import { EventRecorder } from '../../events/event-recorder.js';
import type { Informers } from './informers.js';

/** Keys worked on at once. */
const CONCURRENCY_MAX = 8;
const CONFLICT_RETRY_MS = 10;

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
      process: (key) => this.run(key),
      concurrency: CONCURRENCY_MAX,
      logger: this.logger,
    });
  }

  /** Subscribes to what it needs. */
  abstract start(): void;

  protected abstract reconcile(key: string): Promise<void>;

  async stop(): Promise<void> {
    this.queue.stop();
    await this.queue.idle();
    await this.events.flush();
  }

  /** Resolves when it has nothing to do. */
  async idle(): Promise<void> {
    await this.queue.idle();
    await this.events.flush();
  }

  private async run(key: string): Promise<void> {
    try {
      await this.reconcile(key);
    } catch (error) {
      if (!isConflict(error)) throw error;
      // It worked on what it had seen; the newer object is on its way here.
      this.queue.addAfter(key, CONFLICT_RETRY_MS);
    }
  }
}
