import type { Logger } from '../../base/logger.js';
import type { LogSink, LogValue, StdioConfig } from '../../policy/index.js';
import { FluentdForwarder } from './fluentd-forwarder.js';

interface LogHost {
  writeLog(text: string, stream: 'stdout' | 'stderr'): void;
}

/** Entries of Mixer's log adapters: lines of the proxy container's log, or records for a fluentd. */
export class ProxyLogSink implements LogSink {
  private readonly forwarders = new Map<string, FluentdForwarder>();

  constructor(
    private readonly host: LogHost,
    private readonly logger: Logger,
  ) {}

  write({ stream }: StdioConfig, line: string): void {
    // Each character is one byte from here on.
    const text = `${Buffer.from(line, 'utf8').toString('latin1')}\n`;
    this.host.writeLog(text, stream === 'STDOUT' ? 'stdout' : 'stderr');
  }

  forward(address: string, tag: string, time_ms: number, record: Readonly<Record<string, LogValue>>): void {
    let forwarder = this.forwarders.get(address);
    if (forwarder === undefined) {
      forwarder = new FluentdForwarder(address, this.logger);
      this.forwarders.set(address, forwarder);
    }
    forwarder.send(tag, time_ms, record);
  }
}
