import { create } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { httpStatusOf, textOf, type Verdict } from '../policy/index.js';
import {
  type CheckRequest,
  type CheckResponse,
  CheckResponseSchema,
} from '../xds/types/gen/envoy/service/auth/v3/external_auth_pb.js';
import { CallAttributes, type ToldCall } from './call-attributes.js';
import type { PolicyDirectory } from './directory.js';

const OK = 0;

/** Answers an Envoy's ext_authz filter: preconditions and quotas, with the codes and texts of our own proxies. */
export async function authorize(request: CheckRequest, directory: PolicyDirectory): Promise<CheckResponse> {
  const { policy } = directory;
  if (policy === undefined || !policy.checks) return allowed();
  const call = callOf(request);
  // A request id is what the caller wrote: it must not keep a request from being counted.
  const verdict = await policy.check(new CallAttributes(call, directory));
  return verdict.code === OK ? allowed() : denied(verdict);
}

function allowed(): CheckResponse {
  return create(CheckResponseSchema, { status: { code: OK }, httpResponse: { case: 'okResponse', value: {} } });
}

function denied(verdict: Verdict): CheckResponse {
  return create(CheckResponseSchema, {
    status: { code: verdict.code, message: verdict.message },
    httpResponse: { case: 'deniedResponse', value: { status: { code: httpStatusOf(verdict) }, body: textOf(verdict) } },
  });
}

function callOf({ attributes }: CheckRequest): ToldCall {
  const http = attributes?.request?.http;
  const fields = new Map(Object.entries(http?.headers ?? {}));
  const time = attributes?.request?.time;
  return {
    source: attributes?.source?.address,
    destination: attributes?.destination?.address,
    method: http?.method ?? '',
    path: http?.path ?? '',
    host: http?.host ?? '',
    scheme: http?.scheme ?? '',
    headers: fields,
    id: fields.get('x-request-id') ?? '',
    time_ms: time === undefined ? 0 : timestampMs(time),
  };
}
