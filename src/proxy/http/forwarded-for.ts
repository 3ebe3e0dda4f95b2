import type { HeaderMap } from '../../wire/http1/index.js';
import { machineAddress } from '../network.js';

/** Notes one more address that a request came by. */
export function appendForwardedFor(headers: HeaderMap, address: string): void {
  const before = headers.get('x-forwarded-for');
  headers.set('x-forwarded-for', before === undefined ? address : `${before},${address}`);
}

/** The peer's address as others are told: of a client on the same machine the machine's own, which says more than 127.0.0.1. */
export function forwardedAddress(peer: string): string {
  return peer === '127.0.0.1' || peer === '::1' ? machineAddress() : peer;
}
