/** Codes of gRPC that this server gives. Source: gRPC, "Status codes and their use". */
export const GRPC_CODE = {
  ok: 0,
  invalidArgument: 3,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

/** A call that ends with another code than OK. */
export class GrpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = 'GrpcError';
  }
}

/** As it stands in a header: printable ASCII, the rest percent-encoded. Source: gRPC over HTTP/2. */
export function encodeMessage(message: string): string {
  return [...Buffer.from(message)]
    .map((byte) => {
      const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
      return plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
