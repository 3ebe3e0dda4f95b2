import { type TimerWheel, WheelTimer } from '../../base/timer-wheel.js';

/** The timers of one stream: how long nothing may happen on it, and how long it may take. */
export class StreamTimers {
  private readonly idleTimer: WheelTimer;
  private idle_ms = 0;
  private durationTimer: WheelTimer | undefined;
  private requestTimer: WheelTimer | undefined;

  constructor(
    private readonly wheel: TimerWheel,
    onIdle: () => void,
  ) {
    this.idleTimer = new WheelTimer(onIdle);
  }

  /** @param idle_ms 0 for none */
  startIdle(idle_ms: number): void {
    this.idle_ms = idle_ms;
    if (idle_ms > 0) this.wheel.arm(this.idleTimer, idle_ms);
  }

  /** Something happened. */
  touch(): void {
    if (this.idle_ms > 0) this.wheel.arm(this.idleTimer, this.idle_ms);
  }

  /** @param limit_ms 0 for none */
  startDuration(limit_ms: number, onOver: () => void): void {
    if (this.durationTimer !== undefined) this.wheel.cancel(this.durationTimer);
    if (limit_ms <= 0) return;
    this.durationTimer = new WheelTimer(onOver);
    this.wheel.arm(this.durationTimer, limit_ms);
  }

  /** The request must be complete in so long. */
  startRequest(limit_ms: number, onOver: () => void): void {
    this.requestTimer = new WheelTimer(onOver);
    this.wheel.arm(this.requestTimer, limit_ms);
  }

  stopRequest(): void {
    if (this.requestTimer !== undefined) this.wheel.cancel(this.requestTimer);
  }

  stop(): void {
    this.stopRequest();
    this.idle_ms = 0;
    this.wheel.cancel(this.idleTimer);
    if (this.durationTimer !== undefined) this.wheel.cancel(this.durationTimer);
  }
}
