import { fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  CheckRequestSchema,
  type CheckResponse,
  CheckResponseSchema,
} from '../../xds/types/gen/envoy/service/auth/v3/external_auth_pb.js';
import { GRPC_STATUS } from '../http/grpc-reply.js';
import type { HttpStream } from '../http/http-stream.js';
import type { ClusterClient, PendingCall } from '../router/cluster-client.js';
import { type GrpcMethod, type GrpcResult, unaryGrpc } from '../router/grpc-call.js';
import type { AuthorizationService } from './authorization-service.js';
import { type CheckContent, type CheckOptions, checkRequestOf } from './check-request.js';
import { changeOf, requestChangeOf, type Verdict } from './verdict.js';

export const CHECK = '/envoy.service.auth.v3.Authorization/Check';

const FORBIDDEN = 403;

/** A service with `envoy.service.auth.v3.Authorization/Check`. */
export class GrpcAuthorization implements AuthorizationService {
  constructor(
    private readonly client: ClusterClient,
    private readonly method: GrpcMethod,
    private readonly options: CheckOptions,
  ) {}

  check(stream: HttpStream, content: CheckContent, done: (verdict: Verdict) => void): PendingCall {
    const request = toBinary(CheckRequestSchema, checkRequestOf(stream, content, this.options));
    return unaryGrpc(this.client, this.method, request, (result) => done(verdictOf(result)));
  }
}

function verdictOf(result: GrpcResult): Verdict {
  if (result.kind !== 'message') return { kind: 'error' };
  try {
    return ofResponse(fromBinary(CheckResponseSchema, result.message));
  } catch {
    return { kind: 'error' }; // as if there were no answer
  }
}

function ofResponse(response: CheckResponse): Verdict {
  const { httpResponse } = response;
  const ok = httpResponse.case === 'okResponse' ? httpResponse.value : undefined;
  const metadata = ok?.dynamicMetadata ?? response.dynamicMetadata;
  if ((response.status?.code ?? GRPC_STATUS.ok) !== GRPC_STATUS.ok) {
    const denied = httpResponse.case === 'deniedResponse' ? httpResponse.value : undefined;
    return {
      kind: 'denied',
      status: denied?.status?.code || FORBIDDEN,
      body: Buffer.from(denied?.body ?? '', 'utf8').toString('latin1'),
      headers: denied?.headers.map((option) => changeOf(option)) ?? [],
      metadata,
    };
  }
  return {
    kind: 'ok',
    headers: ok?.headers.map((option) => requestChangeOf(option)) ?? [],
    remove: ok?.headersToRemove ?? [],
    responseHeaders: ok?.responseHeadersToAdd.map((option) => changeOf(option)) ?? [],
    setQuery: ok?.queryParametersToSet.map(({ key, value }) => [key, value] as const) ?? [],
    removeQuery: ok?.queryParametersToRemove ?? [],
    metadata,
  };
}
