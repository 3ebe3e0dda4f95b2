import type { Timer } from '../../../base/clock.js';
import { messageOf } from '../../../base/errors.js';
import { isNotFound } from '../../../client/client.js';
import { EVENTS } from '../../../resources/gvr.js';
import type { EventObject } from '../../../resources/types.js';
import type { ControllerContext } from '../framework/controller.js';
import type { Informer } from '../framework/informers.js';

/** As Kubernetes keeps them by default. */
const EVENT_LIFE_MS = 60 * 60_000;
/** Events that expire close to each other go together. */
const ROUND_MS = 60_000;

/** Deletes events that are an hour old, so that they do not fill the store. */
export class EventExpiry {
  private readonly events: Informer<EventObject>;
  private timer: Timer | undefined;
  private stopped = false;

  constructor(private readonly context: ControllerContext) {
    this.events = context.informers.informer(EVENTS);
  }

  start(): void {
    this.events.addHandler({ onAdd: () => this.arm() });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
  }

  private arm(): void {
    if (this.timer || this.stopped) return;
    const oldest_ms = Math.min(...this.events.list().map(lastSeen_ms));
    if (!Number.isFinite(oldest_ms)) return;
    const delay_ms = Math.max(ROUND_MS, oldest_ms + EVENT_LIFE_MS - this.context.clock.now());
    this.timer = this.context.clock.setTimer(delay_ms, () => {
      this.timer = undefined;
      void this.expire().finally(() => this.arm());
    });
  }

  private async expire(): Promise<void> {
    const before_ms = this.context.clock.now() - EVENT_LIFE_MS;
    for (const event of this.events.list().filter((each) => lastSeen_ms(each) <= before_ms)) {
      const { name, namespace } = event.metadata;
      try {
        await this.context.client.delete(EVENTS, name, namespace);
      } catch (error) {
        if (!isNotFound(error)) this.context.logger.warn('cannot expire event', { name, error: messageOf(error) });
      }
    }
  }
}

function lastSeen_ms(event: EventObject): number {
  const at =
    event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
  return Date.parse(at ?? '') || 0;
}
