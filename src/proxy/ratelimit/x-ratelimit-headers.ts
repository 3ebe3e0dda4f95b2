import type { HeaderMap } from '../../wire/http1/index.js';
import {
  type RateLimitResponse,
  RateLimitResponse_RateLimit_Unit as Unit,
} from '../../xds/types/gen/envoy/service/ratelimit/v3/rls_pb.js';

const SECONDS: Readonly<Record<Unit, number>> = {
  [Unit.UNKNOWN]: 0,
  [Unit.SECOND]: 1,
  [Unit.MINUTE]: 60,
  [Unit.HOUR]: 3_600,
  [Unit.DAY]: 86_400,
  [Unit.MONTH]: 2_592_000,
  [Unit.YEAR]: 31_536_000,
};

/** `x-ratelimit-*` of draft-polli-ratelimit-headers-03: the limit that is nearest, and all of them as a policy. */
export function addRateLimitHeaders(headers: HeaderMap, { statuses }: RateLimitResponse): void {
  let nearest: RateLimitResponse['statuses'][number] | undefined;
  let policy = '';
  for (const status of statuses) {
    const { currentLimit: limit } = status;
    if (limit === undefined) continue;
    if (nearest === undefined || status.limitRemaining < nearest.limitRemaining) nearest = status;
    const window = SECONDS[limit.unit] ?? 0;
    if (window === 0) continue;
    policy += `, ${limit.requestsPerUnit};w=${window}`;
    if (limit.name !== '') policy += `;name="${limit.name}"`;
  }
  if (nearest === undefined) return;
  headers.add('x-ratelimit-limit', `${nearest.currentLimit!.requestsPerUnit}${policy}`);
  headers.add('x-ratelimit-remaining', String(nearest.limitRemaining));
  headers.add('x-ratelimit-reset', String(nearest.durationUntilReset?.seconds ?? 0n));
}
