/** One question to the place where quotas are counted. */
export interface QuotaRequest {
  /** The whole name of the memquota or redisquota. */
  readonly handler: string;
  /** `host:port` of the Redis that counts; empty: memory. */
  readonly redisServerUrl: string;
  /** Names the cell: the quota with the values of its dimensions. */
  readonly key: string;
  /** More than 0. */
  readonly amount: number;
  readonly maxAmount: number;
  /** 0: allocated until it is released. */
  readonly validDuration_ms: number;
  readonly algorithm: 'FIXED_WINDOW' | 'ROLLING_WINDOW';
  readonly bucketDuration_ms: number;
  /** Whether less than `amount` may be granted; otherwise all or nothing. */
  readonly bestEffort: boolean;
  /** The same question with the same id gets the same answer and is counted once. Empty: none. */
  readonly deduplicationId: string;
  readonly minDeduplicationDuration_ms: number;
}

export interface QuotaGrant {
  /** 0: exhausted. */
  readonly amount: number;
  /** How long the amount stays allocated. */
  readonly validDuration_ms: number;
}

/**
 * Counts quotas. Exact only where all who ask share one: a proxy's backend asks the control plane's, and several control planes
 * share Redis. Answers at once where it can, so that a request need not wait a turn of the event loop.
 */
export interface QuotaBackend {
  allocate(request: QuotaRequest): QuotaGrant | Promise<QuotaGrant>;
}
