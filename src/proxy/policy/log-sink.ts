import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import { FluentdForwarder, type LogSink, type StdioConfig } from '../../policy/index.js';
import { connectTo } from './connect-to.js';

interface LogHost {
  readonly clock: Clock;
  writeLog(text: string, stream: 'stdout' | 'stderr'): void;
}

/** Entries of Mixer's log adapters: lines of the proxy container's log, or records for a fluentd. */
export class ProxyLogSink implements LogSink {
  readonly forward: LogSink['forward'];

  constructor(
    private readonly host: LogHost,
    logger: Logger,
  ) {
    this.forward = new FluentdForwarder(connectTo, host.clock, logger).forward;
  }

  write({ stream }: StdioConfig, line: string): void {
    // Each character is one byte from here on.
    const text = `${Buffer.from(line, 'utf8').toString('latin1')}\n`;
    this.host.writeLog(text, stream === 'STDOUT' ? 'stdout' : 'stderr');
  }
}
