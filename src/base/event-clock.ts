import type { Clock, Timer } from './clock.js';

/**
 * A clock on which time stands still during one event, such as one read from a socket: to ask the system costs a call each time, and
 * a request asks ten times for what differs by microseconds.
 */
export class EventClock implements Clock {
  private depth = 0;
  private held_ms = 0;

  constructor(private readonly clock: Clock) {}

  /** An event begins; they nest. Each needs its {@link leave}, whatever it throws. */
  enter(): void {
    if (this.depth++ === 0) this.held_ms = this.clock.monotonic_ms();
  }

  leave(): void {
    this.depth--;
  }

  now(): number {
    return this.clock.now();
  }

  monotonic_ms(): number {
    return this.depth > 0 ? this.held_ms : this.clock.monotonic_ms();
  }

  setTimer(delay_ms: number, fn: () => void): Timer {
    return this.clock.setTimer(delay_ms, fn);
  }
}
