import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import { MemoryQuotas, MetricRegistry, type PolicyEnvironment, type QuotaBackend } from '../../policy/index.js';
import { fetchList } from './fetch-list.js';
import { ProxyLogSink } from './log-sink.js';

export interface PolicyHost {
  readonly clock: Clock;
  readonly logger: Logger;
  writeLog(text: string, stream: 'stdout' | 'stderr'): void;
  /** Where quotas are counted for the whole mesh; absent: here alone. */
  readonly quotas?: QuotaBackend | undefined;
}

export interface ProxyPolicyEnvironment extends PolicyEnvironment {
  readonly metrics: MetricRegistry;
}

/** What policy needs of the world, as a logical proxy has it. */
export function policyEnvironment(host: PolicyHost): ProxyPolicyEnvironment {
  const { clock } = host;
  const logger = host.logger.scope('policy');
  return {
    clock,
    logger,
    quotas: host.quotas ?? new MemoryQuotas(clock),
    metrics: new MetricRegistry(),
    logs: new ProxyLogSink(host, logger),
    fetchList,
  };
}
