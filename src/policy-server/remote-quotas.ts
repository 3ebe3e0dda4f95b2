import { createClient, type Transport } from '@connectrpc/connect';
import type { QuotaBackend, QuotaGrant, QuotaRequest } from '../policy/index.js';
import { RateLimitService } from '../xds/types/gen/envoy/service/ratelimit/v3/rls_pb.js';
import { grantOf, toRateLimitRequest } from './quota-messages.js';

/** A request waits for this: an answer that takes longer is none. */
const ANSWER_MAX_MS = 1_000;

/** Quotas that the control plane counts for all proxies of the mesh. */
export class RemoteQuotas implements QuotaBackend {
  private readonly client;

  constructor(transport: Transport) {
    this.client = createClient(RateLimitService, transport);
  }

  async allocate(request: QuotaRequest): Promise<QuotaGrant> {
    return grantOf(await this.client.shouldRateLimit(toRateLimitRequest(request), { timeoutMs: ANSWER_MAX_MS }));
  }
}
