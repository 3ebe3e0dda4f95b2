import { WheelTimer } from '../../base/timer-wheel.js';
import type { ConnectionManager } from './connection-manager.js';

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

  constructor(
    private readonly manager: ConnectionManager,
    connection: TimedConnection,
  ) {
    this.wheel = manager.context.wheel;
    this.idle = new WheelTimer(() => connection.onIdle());
    this.head = new WheelTimer(() => connection.onHeadTimeout());
    this.age = new WheelTimer(() => connection.onAged());
    if (manager.maxConnectionDuration_ms > 0) this.wheel.arm(this.age, manager.maxConnectionDuration_ms);
  }

  startIdle(): void {
    if (this.manager.idleTimeout_ms > 0) this.wheel.arm(this.idle, this.manager.idleTimeout_ms);
  }

  stopIdle(): void {
    this.wheel.cancel(this.idle);
  }

  startHead(): void {
    const { requestHeadersTimeout_ms } = this.manager;
    if (requestHeadersTimeout_ms > 0 && !this.head.armed) this.wheel.arm(this.head, requestHeadersTimeout_ms);
  }

  stopHead(): void {
    this.wheel.cancel(this.head);
  }

  /** The client is to close; if it does not, `onIdle` comes. */
  startClose(): void {
    this.stop();
    this.wheel.arm(this.idle, this.manager.delayedCloseTimeout_ms);
  }

  stop(): void {
    this.wheel.cancel(this.idle);
    this.wheel.cancel(this.head);
    this.wheel.cancel(this.age);
  }
}
