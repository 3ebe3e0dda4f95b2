import type { QuotaBackend } from './backend.js';

/** Counts in Redis what a redisquota names, and the rest in memory. */
export function quotasByPlace(memory: QuotaBackend, redis: QuotaBackend): QuotaBackend {
  return { allocate: (request) => (request.redisServerUrl === '' ? memory : redis).allocate(request) };
}
