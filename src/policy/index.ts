export {
  DEFAULT_QUOTA,
  EMPTY_POLICY,
  type HandlerConfig,
  type InstanceConfig,
  type ListEntryType,
  type LogLevel,
  type PolicyConfig,
  type PrometheusMetric,
  type QuotaLimit,
  type QuotaRule,
  type QuotaSpecConfig,
  type RuleConfig,
  type StdioConfig,
  type StringMatch,
} from './config.js';
export {
  POLICY_RESOURCE,
  POLICY_TYPE_URL,
  type PolicyResource,
  type PolicyService,
  type PolicyWorkload,
  WORKLOAD_PREFIX,
} from './delivery.js';
export { LIST_LENGTH_MAX_CHARS, type PolicyEnvironment } from './environment.js';
export { PolicyError } from './errors.js';
export type { RuleExplanation } from './explanation.js';
export { Policy } from './policy.js';
export type { QuotaBackend, QuotaGrant, QuotaRequest } from './quota/backend.js';
export { quotasByPlace } from './quota/by-place.js';
export { MemoryQuotas } from './quota/memory.js';
export type { Connect } from './redis/connection.js';
export { RedisQuotas } from './redis/quotas.js';
export { FluentdForwarder } from './report/fluentd-forwarder.js';
export type { LogSink, LogValue } from './report/log-sink.js';
export { exposedName, MetricRegistry } from './report/metric-registry.js';
export type { MetricSink } from './report/metric-sink.js';
export { ALLOWED, httpStatusOf, RPC_CODES, textOf, type Verdict } from './status.js';
export { workloadAttributes } from './workload-attributes.js';
