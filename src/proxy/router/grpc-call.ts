import { HeaderMap } from '../../wire/http1/index.js';
import { GRPC_STATUS, statusOfHttp } from '../http/grpc-reply.js';
import type { ClientFailure, ClientResult, ClusterClient, PendingCall } from './cluster-client.js';

/** Bytes before a message: one of flags and four of length. */
const FRAME_HEAD_BYTES = 5;

export type GrpcResult =
  | { readonly kind: 'message'; readonly message: Uint8Array }
  | { readonly kind: 'status'; readonly status: number; readonly message: string }
  | { readonly kind: 'failure'; readonly reason: ClientFailure };

/** A unary method of a gRPC service behind a cluster. */
export interface GrpcMethod {
  readonly cluster: string;
  /** Empty for the cluster's name. */
  readonly authority: string;
  /** `/envoy.service.auth.v3.Authorization/Check` */
  readonly path: string;
  readonly metadata: readonly (readonly [name: string, value: string])[];
  /** 0 for none. */
  readonly timeout_ms: number;
}

/** Calls a unary method: one message there, one back. */
export function unaryGrpc(
  client: ClusterClient,
  method: GrpcMethod,
  message: Uint8Array,
  done: (result: GrpcResult) => void,
): PendingCall {
  const headers = new HeaderMap();
  headers.add('te', 'trailers');
  headers.add('content-type', 'application/grpc');
  if (method.timeout_ms > 0) headers.add('grpc-timeout', `${Math.ceil(method.timeout_ms)}m`);
  for (const [name, value] of method.metadata) headers.add(name, value);
  const request = {
    method: 'POST',
    path: method.path,
    authority: method.authority || method.cluster,
    headers,
    body: frame(message),
    streamed: true,
  };
  return client.send(method.cluster, request, method.timeout_ms, (result) => done(resultOf(result)));
}

function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(FRAME_HEAD_BYTES + message.length);
  framed.writeUInt8(0, 0);
  framed.writeUInt32BE(message.length, 1);
  framed.set(message, FRAME_HEAD_BYTES);
  return framed;
}

function resultOf(result: ClientResult): GrpcResult {
  if (result.kind === 'failure') return result;
  if (result.status !== 200) return failed(statusOfHttp(result.status), `HTTP status ${result.status}`);
  const text = result.trailers?.get('grpc-status') ?? result.headers.get('grpc-status');
  const status = text !== undefined && /^\d+$/.test(text) ? Number(text) : GRPC_STATUS.unknown;
  if (status !== GRPC_STATUS.ok) {
    return failed(status, result.trailers?.get('grpc-message') ?? result.headers.get('grpc-message') ?? '');
  }
  const { body } = result;
  const whole = body.length >= FRAME_HEAD_BYTES && body.length === FRAME_HEAD_BYTES + body.readUInt32BE(1);
  if (!whole || body[0] !== 0) return failed(GRPC_STATUS.internal, 'not one message without compression');
  return { kind: 'message', message: body.subarray(FRAME_HEAD_BYTES) };
}

function failed(status: number, message: string): GrpcResult {
  return { kind: 'status', status, message };
}
