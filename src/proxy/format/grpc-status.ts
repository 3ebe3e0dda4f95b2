import type { StreamInfo } from '../http/stream-info.js';

/** Names of the gRPC status codes, by number. */
export const GRPC_NAMES: readonly string[] = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
];

/** `application/grpc` and its kin. */
export function isGrpc(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/grpc(?:$|[+;])/.test(contentType);
}

/** Of a gRPC request only: from the trailers, the headers, or what the HTTP status means; undefined when there is none. */
export function grpcStatusOf(info: StreamInfo): number | undefined {
  if (!isGrpc(info.headers.get('content-type'))) return undefined;
  const text = info.responseTrailers?.get('grpc-status') ?? info.responseHeaders?.get('grpc-status');
  if (text !== undefined) return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
  return info.status === 0 ? undefined : (HTTP_TO_GRPC[info.status] ?? UNKNOWN);
}

const UNKNOWN = 2;

/** As gRPC's own table of HTTP statuses says. */
const HTTP_TO_GRPC: Readonly<Record<number, number>> = {
  400: 13,
  401: 16,
  403: 7,
  404: 12,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
};
