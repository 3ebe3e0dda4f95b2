import { checkStringMatch, type FieldErrors } from '../checks.js';
import { duration_ms, parseDuration } from '../duration.js';
import type { CorsPolicy } from './types.js';

const CORS_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', '*'];
const MILLISECONDS_PER_SECOND = 1_000;

export function checkCorsPolicy(errors: FieldErrors, field: string, policy: CorsPolicy): void {
  (policy.allowOrigins ?? []).forEach((origin, index) => {
    const at = `${field}.allowOrigins[${index}]`;
    checkStringMatch(errors, at, origin);
    if (Object.values(origin).includes('')) errors.invalid(at, origin, 'must not be empty: no origin is');
  });
  (policy.allowMethods ?? []).forEach((method, index) => {
    if (!CORS_METHODS.includes(method)) errors.notSupported(`${field}.allowMethods[${index}]`, method, CORS_METHODS);
  });
  for (const list of ['allowHeaders', 'exposeHeaders'] as const) {
    (policy[list] ?? []).forEach((name, index) => {
      errors.headerName(`${field}.${list}[${index}]`, name);
    });
  }
  errors.duration(`${field}.maxAge`, policy.maxAge);
  if (policy.maxAge === undefined || parseDuration(policy.maxAge) === undefined) return;
  if (duration_ms(policy.maxAge) % MILLISECONDS_PER_SECOND !== 0) {
    errors.invalid(
      `${field}.maxAge`,
      policy.maxAge,
      'must be whole seconds: the header that it becomes has no fractions',
    );
  }
}
