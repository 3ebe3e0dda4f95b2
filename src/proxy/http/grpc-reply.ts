import type { HeaderMap } from '../../wire/http1/index.js';

/** gRPC status codes that the proxy itself names. */
export const GRPC_STATUS = { ok: 0, unknown: 2, resourceExhausted: 8, internal: 13, unavailable: 14 } as const;

const OF_HTTP: Readonly<Record<number, number>> = {
  400: GRPC_STATUS.internal,
  401: 16,
  403: 7,
  404: 12,
  429: GRPC_STATUS.unavailable,
  502: GRPC_STATUS.unavailable,
  503: GRPC_STATUS.unavailable,
  504: GRPC_STATUS.unavailable,
};

/** gRPC's mapping of HTTP status codes: https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md */
export function statusOfHttp(status: number): number {
  return OF_HTTP[status] ?? GRPC_STATUS.unknown;
}

/** Whether a `content-type` is gRPC's. */
export function isGrpc(contentType: string | undefined): boolean {
  if (contentType === undefined || !contentType.startsWith('application/grpc')) return false;
  return contentType.length === 16 || contentType.charCodeAt(16) === 43;
}

/**
 * Makes of an answer of the proxy itself what a gRPC client understands: an answer with status 200, and no body, that only has
 * what else stands in trailers.
 * @param message latin1
 */
export function makeGrpcReply(headers: HeaderMap, status: number, message: string): void {
  headers.delete('content-length');
  headers.set('content-type', 'application/grpc');
  headers.set('grpc-status', String(status));
  if (message !== '') headers.set('grpc-message', percentEncoded(message));
}

/** gRPC's encoding of messages: what is not printable ASCII, and `%`, as `%XX`. */
function percentEncoded(message: string): string {
  return message.replaceAll(
    /[^ -$&-~]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
