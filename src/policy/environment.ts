import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { QuotaBackend } from './quota/backend.js';
import type { LogSink } from './report/log-sink.js';
import type { MetricSink } from './report/metric-sink.js';

/** A list that a provider gives is read whole; a fetcher refuses a longer one. */
export const LIST_LENGTH_MAX_CHARS = 8 * 1024 * 1024;

/** All that policy needs of the world. */
export interface PolicyEnvironment {
  readonly clock: Clock;
  /** What went wrong, for operators. */
  readonly logger: Logger;
  readonly quotas: QuotaBackend;
  readonly metrics: MetricSink;
  readonly logs: LogSink;
  /** The body of a 200 answer. Rejects with a reason otherwise, or beyond {@link LIST_LENGTH_MAX_CHARS}. */
  fetchList(url: string): Promise<string>;
}
