import type { HandlerConfig, LogLevel, PrometheusMetric, QuotaLimit } from '../../policy/index.js';
import { denier } from '../../resources/istio/policy/handlers/denier.js';
import { LIST_TTL, listChecker, REFRESH_INTERVAL } from '../../resources/istio/policy/handlers/listchecker.js';
import { FLUENTD_ADDRESS, fluentd, stdio } from '../../resources/istio/policy/handlers/logs.js';
import { MIN_DEDUPLICATION_DURATION, memquota } from '../../resources/istio/policy/handlers/memquota.js';
import { type MetricInfo, prometheus } from '../../resources/istio/policy/handlers/prometheus.js';
import type { Limit } from '../../resources/istio/policy/handlers/quota-limits.js';
import { REDIS_SERVER_URL, type RedisLimit, redisquota } from '../../resources/istio/policy/handlers/redisquota.js';
import type { HandlerKind } from '../../resources/istio/policy/names.js';
import type { KubeObject } from '../../resources/object.js';
import { boundsOf } from './buckets.js';
import { milliseconds } from './duration.js';

/** FAILED_PRECONDITION */
const DENIER_CODE = 9;

/** What a severity that the handler does not list is written as; Mixer's own list. */
const SEVERITY_LEVELS: Readonly<Record<string, LogLevel>> = {
  ...levels('INFO', 'INFORMATIONAL', 'informational', 'INFO', 'info'),
  ...levels('WARNING', 'WARNING', 'warning', 'WARN', 'warn'),
  ...levels('ERROR', 'ERROR', 'error', 'ERR', 'err', 'FATAL', 'fatal'),
};

function levels(level: LogLevel, ...severities: string[]): Record<string, LogLevel> {
  return Object.fromEntries(severities.map((severity) => [severity, level]));
}

/** A handler with Mixer's defaults filled in. */
export const HANDLERS: Readonly<Record<HandlerKind, (object: KubeObject) => HandlerConfig>> = {
  denier: (object) => {
    const { status } = denier.specOf(object);
    return { adapter: 'denier', code: status?.code ?? DENIER_CODE, message: status?.message ?? '' };
  },
  listchecker: (object) => {
    const spec = listChecker.specOf(object);
    return {
      adapter: 'listchecker',
      providerUrl: spec.providerUrl ?? '',
      refreshInterval_ms: milliseconds(spec.refreshInterval, REFRESH_INTERVAL),
      ttl_ms: milliseconds(spec.ttl, LIST_TTL),
      overrides: spec.overrides ?? [],
      entryType: spec.entryType ?? 'STRINGS',
      blacklist: spec.blacklist ?? false,
    };
  },
  memquota: (object) => {
    const { quotas = [], minDeduplicationDuration } = memquota.specOf(object);
    const minDeduplicationDuration_ms = milliseconds(minDeduplicationDuration, MIN_DEDUPLICATION_DURATION);
    return { adapter: 'memquota', minDeduplicationDuration_ms, quotas: quotas.map((quota) => limitOf(quota)) };
  },
  redisquota: (object) => {
    const { quotas = [], redisServerUrl = REDIS_SERVER_URL } = redisquota.specOf(object);
    return { adapter: 'redisquota', redisServerUrl, quotas: quotas.map(redisLimitOf) };
  },
  prometheus: (object) => {
    const { metrics = [] } = prometheus.specOf(object);
    return { adapter: 'prometheus', metrics: metrics.map(metricOf) };
  },
  stdio: (object) => {
    const spec = stdio.specOf(object);
    return {
      adapter: 'stdio',
      stream: spec.logStream === 'STDERR' ? 'STDERR' : 'STDOUT',
      severityLevels: { ...SEVERITY_LEVELS, ...spec.severityLevels },
      metricLevel: spec.metricLevel ?? 'INFO',
      outputLevel: spec.outputLevel ?? 'INFO',
      outputAsJson: spec.outputAsJson ?? true,
    };
  },
  fluentd: (object) => ({ adapter: 'fluentd', address: fluentd.specOf(object).address ?? FLUENTD_ADDRESS }),
  kubernetesenv: () => ({ adapter: 'kubernetesenv' }),
  noop: () => ({ adapter: 'noop' }),
};

function limitOf({ name = '', maxAmount = 0, validDuration, overrides = [] }: Limit): QuotaLimit {
  return {
    name,
    maxAmount,
    validDuration_ms: milliseconds(validDuration, '0'),
    algorithm: 'ROLLING_WINDOW',
    bucketDuration_ms: 0,
    overrides: overrides.map((override) => ({
      dimensions: override.dimensions ?? {},
      maxAmount: override.maxAmount ?? 0,
      validDuration_ms: milliseconds(override.validDuration, '0'),
    })),
  };
}

function redisLimitOf(limit: RedisLimit): QuotaLimit {
  const { bucketDuration, rateLimitAlgorithm = 'FIXED_WINDOW' } = limit;
  return { ...limitOf(limit), algorithm: rateLimitAlgorithm, bucketDuration_ms: milliseconds(bucketDuration, '0') };
}

function metricOf(metric: MetricInfo): PrometheusMetric {
  const { name = '', instanceName = '', description = '', kind, buckets, labelNames = [] } = metric;
  const known = kind === 'GAUGE' || kind === 'DISTRIBUTION' ? kind : 'COUNTER';
  return {
    name,
    instanceName,
    description,
    kind: known,
    labelNames,
    bounds: known === 'DISTRIBUTION' ? boundsOf(buckets) : [],
  };
}
