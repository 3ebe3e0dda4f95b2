import type { Socket } from 'node:net';
import { WheelTimer } from '../../base/timer-wheel.js';
import type { ProxyContext } from '../context.js';
import type { ConnectionInfo } from '../http/stream-info.js';
import { contain } from './contain.js';
import type { ListenerFilter } from './listener-filter.js';
import type { ListenerStats } from './listener-stats.js';

/** The most bytes that listener filters look at: a ClientHello's largest, and a PROXY header before it. */
const INSPECTED_BYTES_MAX = 2 * 64 * 1024;

export interface InspectionSettings {
  readonly context: ProxyContext;
  readonly stats: ListenerStats;
  readonly filters: readonly ListenerFilter[];
  /** 0 for none. */
  readonly timeout_ms: number;
  readonly continueOnTimeout: boolean;
}

const EMPTY = Buffer.alloc(0);

/** One connection under the eyes of a listener's filters, which take as many bytes as they need. */
export class Inspection {
  private at = 0;
  private readonly timer = new WheelTimer(() => this.onTimeout());
  private readonly onData = (chunk: Buffer): void =>
    contain(this.settings.context, this.socket, () => this.onBytes(chunk));
  private readonly onGone = (): void => {
    this.settings.stats.counters.downstream_listener_filter_remote_close.value++;
    this.refuse();
  };
  private reading = false;

  /** @param done with the bytes that are left; not called when the connection is refused */
  constructor(
    private readonly settings: InspectionSettings,
    private readonly socket: Socket,
    private readonly info: ConnectionInfo,
    private bytes: Buffer | undefined,
    private readonly done: (initial: Buffer | undefined) => void,
  ) {}

  start(): void {
    const { filters, timeout_ms, context } = this.settings;
    if (timeout_ms > 0 && filters.some(({ reads }) => reads)) context.wheel.arm(this.timer, timeout_ms);
    this.settings.stats.preActive.value++;
    this.run();
  }

  private run(): void {
    const { filters, context } = this.settings;
    for (; this.at < filters.length; this.at++) {
      const filter = filters[this.at]!;
      if (filter.skips?.(this.info) === true) continue;
      if (filter.reads && this.bytes === undefined) {
        this.read();
        return;
      }
      const verdict = filter.inspect(this.bytes ?? EMPTY, this.info, this.socket, context.sockets);
      if (verdict.kind === 'more') {
        this.read();
        return;
      }
      if (verdict.kind === 'refuse') {
        this.refuse();
        return;
      }
      if (verdict.consumed > 0) this.bytes = this.bytes?.subarray(verdict.consumed);
      if (this.bytes?.length === 0) this.bytes = undefined;
    }
    this.finish();
    this.done(this.bytes);
  }

  private read(): void {
    if (this.reading) return;
    this.reading = true;
    this.socket.on('data', this.onData);
    this.socket.on('end', this.onGone);
    this.socket.on('error', this.onGone);
    this.socket.resume();
  }

  private onBytes(chunk: Buffer): void {
    this.bytes = this.bytes === undefined ? chunk : Buffer.concat([this.bytes, chunk]);
    if (this.bytes.length > INSPECTED_BYTES_MAX) this.refuse();
    else this.run();
  }

  private onTimeout(): void {
    this.settings.stats.counters.downstream_pre_cx_timeout.value++;
    if (!this.settings.continueOnTimeout) {
      this.refuse();
      return;
    }
    this.finish();
    this.done(this.bytes);
  }

  private refuse(): void {
    this.finish();
    this.socket.on('error', () => {});
    // bytes that Envoy only looked at are unread when it closes
    if (this.bytes === undefined) this.socket.destroy();
    else this.socket.resetAndDestroy();
  }

  private finish(): void {
    this.settings.stats.preActive.value--;
    this.settings.context.wheel.cancel(this.timer);
    if (!this.reading) return;
    this.reading = false;
    this.socket.pause();
    this.socket.off('data', this.onData);
    this.socket.off('end', this.onGone);
    this.socket.off('error', this.onGone);
  }
}
