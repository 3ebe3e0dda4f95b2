import { parseDuration } from '../../../../expr/index.js';
import type { FieldErrors } from '../../checks.js';
import { parsePolicyName } from '../names.js';

export interface Override {
  dimensions?: Record<string, string>;
  maxAmount?: number;
  validDuration?: string;
}

export interface Limit {
  name?: string;
  maxAmount?: number;
  validDuration?: string;
  overrides?: Override[];
}

/** What memquota and redisquota ask of a quota alike. */
export function checkLimits(errors: FieldErrors, quotas: readonly Limit[]): void {
  const seen = new Set<string>();
  quotas.forEach(({ name = '', maxAmount, validDuration }, index) => {
    const field = `spec.quotas[${index}]`;
    if (name === '')
      errors.required(`${field}.name`, 'the whole name of a quota, for example requestcount.quota.istio-system');
    else if (parsePolicyName(name, '')?.kind !== 'quota' || parsePolicyName(name, '')?.namespace === '') {
      errors.invalid(
        `${field}.name`,
        name,
        'must be the whole name of a quota, for example requestcount.quota.istio-system',
      );
    }
    if (seen.has(name)) errors.duplicate(`${field}.name`, name);
    seen.add(name);
    errors.atLeast(`${field}.maxAmount`, maxAmount, 0);
    errors.duration(`${field}.validDuration`, validDuration, true);
  });
}

export function isPositive(text: string | undefined): boolean {
  return (parseDuration(text ?? '0') ?? 0) > 0;
}
