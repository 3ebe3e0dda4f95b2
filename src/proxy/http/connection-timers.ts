import { WheelTimer } from '../../base/timer-wheel.js';
import type { ConnectionManager } from './connection-manager.js';
import type { ManagerTimeouts } from './manager-options.js';

/** What a connection does when one of its timers fires. */
export interface TimedConnection {
  /** Nothing happened for too long, or the client did not close after the last answer. */
  onIdle(): void;
  /** A request's head took too long. */
  onHeadTimeout(): void;
  /** The connection is as old as it may get. */
  onAged(): void;
}

/** The timers of one downstream connection, whatever its protocol. */
export class ConnectionTimers {
  private readonly idle: WheelTimer;
  private readonly head: WheelTimer;
  private readonly age: WheelTimer;
  private readonly wheel;
  private readonly times: ManagerTimeouts;

  constructor(manager: ConnectionManager, connection: TimedConnection) {
    this.wheel = manager.context.wheel;
    this.idle = new WheelTimer(() => connection.onIdle());
    this.head = new WheelTimer(() => connection.onHeadTimeout());
    this.age = new WheelTimer(() => connection.onAged());
    this.times = manager.options.timeouts;
    if (this.times.connectionDuration_ms > 0) this.wheel.arm(this.age, this.times.connectionDuration_ms);
  }

  startIdle(): void {
    if (this.times.idle_ms > 0) this.wheel.arm(this.idle, this.times.idle_ms);
  }

  stopIdle(): void {
    this.wheel.cancel(this.idle);
  }

  startHead(): void {
    const { requestHeaders_ms } = this.times;
    if (requestHeaders_ms > 0 && !this.head.armed) this.wheel.arm(this.head, requestHeaders_ms);
  }

  stopHead(): void {
    this.wheel.cancel(this.head);
  }

  /** The connection is to end, but for what is under way: `onAged` comes when it must. */
  startDrain(): void {
    this.wheel.arm(this.age, this.times.drain_ms);
  }

  /** The client is to close; if it does not, `onIdle` comes. */
  startClose(): void {
    this.stop();
    this.wheel.arm(this.idle, this.times.delayedClose_ms);
  }

  stop(): void {
    this.wheel.cancel(this.idle);
    this.wheel.cancel(this.head);
    this.wheel.cancel(this.age);
  }
}
