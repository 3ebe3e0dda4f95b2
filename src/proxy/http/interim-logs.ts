import { WheelTimer } from '../../base/timer-wheel.js';
import type { HttpConnectionManager as Config } from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { milliseconds } from '../config/duration.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import type { HttpStream } from './http-stream.js';
import type { AccessLogType } from './stream-info.js';

/** When access logs are written before a request is over: `access_log_options`. */
export interface InterimLogOptions {
  readonly onStart: boolean;
  readonly onTunnel: boolean;
  /** 0 for never. */
  readonly interval_ms: number;
}

/** Today's message, or the deprecated fields that Envoy still reads; undefined for the end alone. @throws ConfigError */
export function compileInterimLogs(config: Config, path: string): InterimLogOptions | undefined {
  const { accessLogOptions: options, flushAccessLogOnNewRequest, accessLogFlushInterval } = config;
  if (options !== undefined && (flushAccessLogOnNewRequest || accessLogFlushInterval !== undefined))
    throw new ConfigError(`${path}.access_log_options`, 'the deprecated fields for the same cannot stand beside it');
  const onStart = options?.flushAccessLogOnNewRequest ?? flushAccessLogOnNewRequest;
  const onTunnel = options?.flushLogOnTunnelSuccessfullyEstablished ?? false;
  const interval_ms = milliseconds(options?.accessLogFlushInterval ?? accessLogFlushInterval, 0);
  return onStart || onTunnel || interval_ms > 0 ? { onStart, onTunnel, interval_ms } : undefined;
}

/** Writes the access logs of requests that are not over yet. */
export class InterimLogs {
  private readonly timers = new Map<HttpStream, WheelTimer>();

  constructor(
    private readonly options: InterimLogOptions,
    private readonly context: Pick<ProxyContext, 'clock' | 'wheel'>,
    /** Writes each access log. */
    private readonly write: (stream: HttpStream) => void,
  ) {}

  /** The route is known. */
  onStart(stream: HttpStream): void {
    const { onStart, interval_ms } = this.options;
    if (onStart) this.log(stream, 'DownstreamStart');
    if (interval_ms <= 0) return;
    const timer = new WheelTimer(() => {
      this.log(stream, 'DownstreamPeriodic');
      this.context.wheel.arm(timer, interval_ms);
    });
    this.timers.set(stream, timer);
    this.context.wheel.arm(timer, interval_ms);
  }

  /** An upgrade or CONNECT was granted. */
  onTunnel(stream: HttpStream): void {
    if (this.options.onTunnel) this.log(stream, 'DownstreamTunnelSuccessfullyEstablished');
  }

  onEnd(stream: HttpStream): void {
    const timer = this.timers.get(stream);
    if (timer === undefined) return;
    this.timers.delete(stream);
    this.context.wheel.cancel(timer);
  }

  private log(stream: HttpStream, type: AccessLogType): void {
    stream.logType = type;
    stream.end_ms = this.context.clock.monotonic_ms(); // durations are those so far
    this.write(stream);
    stream.end_ms = 0;
    stream.logType = 'DownstreamEnd';
  }
}
