import { WheelTimer } from '../../base/timer-wheel.js';
import type { ProxyContext } from '../context.js';
import { type DrainDecision, type DrainSettings, drainDecision } from '../listener/drain-sequence.js';
import type { FilterChain } from '../listener/filter-chain.js';
import type { Listener } from '../listener/listener.js';

interface Drain {
  readonly timer: WheelTimer;
  readonly kept: ReadonlySet<FilterChain>;
}

/** Listeners that were replaced or removed, until their connections have ended: at the end of the drain time at the latest. */
export class ListenerDrains {
  private readonly drains = new Map<Listener, Drain>();

  constructor(
    private readonly context: ProxyContext,
    readonly settings: DrainSettings,
    private readonly onEnd: () => void,
  ) {}

  get listeners(): Iterable<Listener> {
    return this.drains.keys();
  }

  get size(): number {
    return this.drains.size;
  }

  /** A decision that begins now. */
  decide(): DrainDecision {
    return drainDecision(this.settings, this.context.clock, this.context.random);
  }

  /** @param kept chains that go on in the listener's successor */
  begin(listener: Listener, kept: ReadonlySet<FilterChain>): void {
    listener.drain(this.decide(), kept);
    const timer = new WheelTimer(() => {
      this.drains.delete(listener);
      listener.destroy(kept);
      this.onEnd();
    });
    this.drains.set(listener, { timer, kept });
    this.context.wheel.arm(timer, this.settings.time_ms);
  }

  /** Ends all now. */
  destroy(): void {
    for (const [listener, { timer, kept }] of this.drains) {
      this.context.wheel.cancel(timer);
      listener.destroy(kept);
    }
    this.drains.clear();
  }
}
