import { duration, integer, list, string, stringMap } from '../../schemas.js';
import { policyKind } from '../policy-kind.js';
import { message } from '../proto-json.js';
import { checkLimits, type Limit } from './quota-limits.js';

export const MIN_DEDUPLICATION_DURATION = '1s';

export interface MemquotaSpec {
  quotas?: Limit[];
  minDeduplicationDuration?: string;
}

export const memquota = policyKind<MemquotaSpec>({
  kind: 'memquota',
  plural: 'memquotas',
  description: 'memquota (Istio 0.7): counts quotas in memory',
  spec: message({
    quotas: list(
      message({
        name: string,
        maxAmount: integer,
        validDuration: duration,
        overrides: list(message({ dimensions: stringMap, maxAmount: integer, validDuration: duration })),
      }),
    ),
    minDeduplicationDuration: duration,
  }),
  validate: (errors, { quotas = [], minDeduplicationDuration }) => {
    checkLimits(errors, quotas);
    quotas.forEach(({ overrides = [] }, index) => {
      overrides.forEach(({ maxAmount, validDuration }, at) => {
        errors.atLeast(`spec.quotas[${index}].overrides[${at}].maxAmount`, maxAmount, 0);
        errors.duration(`spec.quotas[${index}].overrides[${at}].validDuration`, validDuration, true);
      });
    });
    errors.duration('spec.minDeduplicationDuration', minDeduplicationDuration);
  },
});
