import { create } from '@bufbuild/protobuf';
import { PolicyError, type QuotaGrant, type QuotaRequest } from '../policy/index.js';
import {
  RateLimitResponse_Code as Code,
  type RateLimitRequest,
  RateLimitRequestSchema,
  type RateLimitResponse,
  RateLimitResponseSchema,
} from '../xds/types/gen/envoy/service/ratelimit/v3/rls_pb.js';

/** The domain of Envoy's rate limit service in which our own proxies ask for quotas. */
export const QUOTA_DOMAIN = 'trysail.quota';
const ENTRY_KEY = 'request';

/** A question for a quota in the words of Envoy's rate limit service, which has none for dimensions with limits of their own. */
export function toRateLimitRequest(request: QuotaRequest): RateLimitRequest {
  const entries = [{ key: ENTRY_KEY, value: JSON.stringify(request) }];
  return create(RateLimitRequestSchema, { domain: QUOTA_DOMAIN, descriptors: [{ entries }] });
}

/** @throws PolicyError for what {@link toRateLimitRequest} has not made */
export function quotaRequestOf({ descriptors }: RateLimitRequest): QuotaRequest {
  const entry = descriptors[0]?.entries[0];
  if (entry?.key !== ENTRY_KEY)
    throw new PolicyError('NO_QUOTA', `a descriptor with the entry "${ENTRY_KEY}" is needed`);
  const request = JSON.parse(entry.value) as QuotaRequest;
  if (typeof request.key === 'string' && request.amount > 0 && Number.isFinite(request.maxAmount)) return request;
  throw new PolicyError('NO_QUOTA', 'the descriptor holds no question for a quota');
}

export function toRateLimitResponse({ amount, validDuration_ms }: QuotaGrant): RateLimitResponse {
  return create(RateLimitResponseSchema, {
    overallCode: amount > 0 ? Code.OK : Code.OVER_LIMIT,
    dynamicMetadata: { amount, validDuration_ms },
  });
}

export function grantOf({ dynamicMetadata }: RateLimitResponse): QuotaGrant {
  const { amount, validDuration_ms } = dynamicMetadata ?? {};
  return { amount: Number(amount ?? 0), validDuration_ms: Number(validDuration_ms ?? 0) };
}
