import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  RateLimitRequestSchema,
  type RateLimitResponse,
  RateLimitResponseSchema,
} from '../../xds/types/gen/envoy/service/ratelimit/v3/rls_pb.js';
import type { ClusterClient, PendingCall } from '../router/cluster-client.js';
import { type GrpcMethod, unaryGrpc } from '../router/grpc-call.js';
import type { Descriptor } from './descriptor.js';

/** The method of the rate limit service. */
export const SHOULD_RATE_LIMIT = '/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit';

/** Asks the rate limit service. @param done undefined: there is no answer */
export function askRateLimit(
  client: ClusterClient,
  method: GrpcMethod,
  domain: string,
  descriptors: readonly Descriptor[],
  done: (answer: RateLimitResponse | undefined) => void,
): PendingCall {
  const request = create(RateLimitRequestSchema, {
    domain,
    descriptors: descriptors.map(({ entries, limit }) => ({
      entries: entries.map(({ key, value }) => ({ key, value })),
      ...(limit === undefined ? {} : { limit: { requestsPerUnit: limit.requestsPerUnit, unit: limit.unit } }),
    })),
  });
  return unaryGrpc(client, method, toBinary(RateLimitRequestSchema, request), (result) => {
    done(result.kind === 'message' ? decoded(result.message) : undefined);
  });
}

function decoded(message: Uint8Array): RateLimitResponse | undefined {
  try {
    return fromBinary(RateLimitResponseSchema, message);
  } catch {
    return undefined; // as if there were no answer
  }
}
