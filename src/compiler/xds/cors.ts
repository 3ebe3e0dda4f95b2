import type { Any } from '@bufbuild/protobuf/wkt';
import { duration_ms } from '../../resources/istio/duration.js';
import type { CorsPolicy } from '../../resources/istio/virtualservice/types.js';
import { CorsPolicySchema } from '../../xds/types/gen/envoy/extensions/filters/http/cors/v3/cors_pb.js';
import { anyOf } from './resource.js';
import { stringMatcher } from './string-matcher.js';
import { percentOf } from './values.js';

export const CORS_FILTER = 'envoy.filters.http.cors';
const MILLISECONDS_PER_SECOND = 1_000;

/** What a route asks of the CORS filter, by filter name; empty without a policy. */
export function corsOverride(policy: CorsPolicy | undefined): Record<string, Any> {
  if (policy === undefined) return {};
  const { allowMethods = [], allowHeaders = [], exposeHeaders = [], maxAge, allowCredentials } = policy;
  const origins = policy.allowOrigins ?? (policy.allowOrigin ?? []).map((exact) => ({ exact }));
  const message = anyOf(CorsPolicySchema, {
    allowOriginStringMatch: origins.map(stringMatcher).filter((matcher) => matcher !== undefined),
    allowMethods: allowMethods.join(','),
    allowHeaders: allowHeaders.join(','),
    exposeHeaders: exposeHeaders.join(','),
    filterEnabled: { defaultValue: percentOf(100) },
    forwardNotMatchingPreflights: policy.unmatchedPreflights !== 'IGNORE',
    ...(maxAge ? { maxAge: String(Math.floor(duration_ms(maxAge) / MILLISECONDS_PER_SECOND)) } : {}),
    ...(allowCredentials === undefined ? {} : { allowCredentials }),
  });
  return { [CORS_FILTER]: message };
}
