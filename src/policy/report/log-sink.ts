import type { StdioConfig } from '../config.js';

/** What msgpack and JSON can hold. */
export type LogValue = string | number | boolean | { readonly [key: string]: string };

/** Where log entries go. Neither call waits, nor throws. */
export interface LogSink {
  /** One line without its end, to the stream that the handler names. */
  write(handler: StdioConfig, line: string): void;
  /** One record to a fluentd. @param time_ms since 1970 */
  forward(address: string, tag: string, time_ms: number, record: Readonly<Record<string, LogValue>>): void;
}
