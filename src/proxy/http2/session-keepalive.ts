import { WheelTimer } from '../../base/timer-wheel.js';
import { pingFrame } from '../../wire/http2/index.js';
import type { ProxyContext } from '../context.js';
import type { Http2Session } from './http2-session.js';

const OPAQUE = 'trysail!';

/** `connection_keepalive`: asks the peer from time to time, and ends the session of one that does not answer. */
export class SessionKeepalive {
  private readonly next = new WheelTimer(() => this.ask());
  private readonly late = new WheelTimer(() => this.onLate());

  static of(session: Http2Session, context: ProxyContext): SessionKeepalive | undefined {
    const { keepalive } = session.options;
    return keepalive === undefined || keepalive.interval_ms <= 0 ? undefined : new SessionKeepalive(session, context);
  }

  private constructor(
    private readonly session: Http2Session,
    private readonly context: ProxyContext,
  ) {
    this.arm();
  }

  onPong(): void {
    if (!this.late.armed) return;
    this.context.wheel.cancel(this.late);
    this.arm();
  }

  stop(): void {
    this.context.wheel.cancel(this.next);
    this.context.wheel.cancel(this.late);
  }

  private arm(): void {
    const { interval_ms, jitter_percent } = this.session.options.keepalive!;
    const jitter_ms = (this.context.random.next() * interval_ms * jitter_percent) / 100;
    this.context.wheel.arm(this.next, interval_ms + jitter_ms);
  }

  private ask(): void {
    if (this.session.closed) return;
    this.session.push(pingFrame(OPAQUE, false));
    this.session.flush();
    this.context.wheel.arm(this.late, this.session.options.keepalive!.timeout_ms);
  }

  private onLate(): void {
    this.session.stats.counters.keepalive_timeout.value++;
    this.session.destroy();
  }
}
