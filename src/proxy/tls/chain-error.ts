import type { TLSSocket } from 'node:tls';

/**
 * What OpenSSL says of the peer's chain after the handshake. Node's own `authorizationError` keeps the code alone, and on a server
 * is set only by its own server class.
 */
export function chainError(tls: TLSSocket): Error | undefined {
  const { _handle } = tls as unknown as { _handle: { verifyError(): Error | null } | null };
  return _handle?.verifyError() ?? undefined;
}
