import { parseDuration } from '../../../../expr/index.js';
import type { FieldErrors } from '../../checks.js';
import { duration, integer, list, oneOf, string, stringMap } from '../../schemas.js';
import { policyKind } from '../policy-kind.js';
import { message } from '../proto-json.js';
import { checkLimits, isPositive, type Limit } from './quota-limits.js';

export const REDIS_SERVER_URL = 'localhost:6379';
const ALGORITHMS = ['FIXED_WINDOW', 'ROLLING_WINDOW'] as const;

export interface RedisLimit extends Limit {
  bucketDuration?: string;
  rateLimitAlgorithm?: (typeof ALGORITHMS)[number];
}

export interface RedisquotaSpec {
  quotas?: RedisLimit[];
  redisServerUrl?: string;
  connectionPoolSize?: number;
}

export const redisquota = policyKind<RedisquotaSpec>({
  kind: 'redisquota',
  plural: 'redisquotas',
  description: 'redisquota (Istio 0.7): counts quotas in Redis, for several control planes together',
  spec: message({
    quotas: list(
      message({
        name: string,
        maxAmount: integer,
        validDuration: duration,
        bucketDuration: duration,
        rateLimitAlgorithm: oneOf(...ALGORITHMS),
        overrides: list(message({ dimensions: stringMap, maxAmount: integer })),
      }),
    ),
    redisServerUrl: string,
    connectionPoolSize: integer,
  }),
  validate: (errors, { quotas = [], redisServerUrl, connectionPoolSize }) => {
    if (quotas.length === 0) errors.required('spec.quotas', 'at least one quota');
    checkLimits(errors, quotas);
    quotas.forEach((limit, index) => {
      checkWindow(errors, `spec.quotas[${index}]`, limit);
    });
    errors.atLeast('spec.connectionPoolSize', connectionPoolSize, 0);
    if (redisServerUrl !== undefined && !/^[^\s:/]+:\d{1,5}$/.test(redisServerUrl)) {
      errors.invalid('spec.redisServerUrl', redisServerUrl, 'must be host:port, for example redis:6379');
    }
  },
});

function checkWindow(errors: FieldErrors, field: string, limit: RedisLimit): void {
  const { validDuration, bucketDuration, overrides = [] } = limit;
  if (!isPositive(validDuration)) errors.required(`${field}.validDuration`, 'a duration above 0, for example 1s');
  if (limit.rateLimitAlgorithm === 'ROLLING_WINDOW') {
    errors.duration(`${field}.bucketDuration`, bucketDuration);
    if (!isPositive(bucketDuration))
      errors.required(`${field}.bucketDuration`, 'a ROLLING_WINDOW counts in buckets, for example of 500ms');
    else if ((parseDuration(bucketDuration!) ?? 0) >= (parseDuration(validDuration ?? '0') ?? 0)) {
      errors.invalid(`${field}.bucketDuration`, bucketDuration, `must be shorter than ${field}.validDuration`);
    }
  }
  overrides.forEach(({ maxAmount = 0, dimensions = {} }, index) => {
    const at = `${field}.overrides[${index}]`;
    if (maxAmount <= 0) errors.invalid(`${at}.maxAmount`, maxAmount, 'must be > 0');
    if (Object.keys(dimensions).length === 0) errors.required(`${at}.dimensions`, 'the dimensions for which it holds');
  });
}
