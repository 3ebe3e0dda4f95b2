import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { type ProxyHeader, parseProxyHeader } from '../../../../wire/proxy-protocol/proxy-protocol.js';
import type { PodDialer } from './pod-dialer.js';

/** One of ours has 28 bytes or 52. */
const HEADER_BYTES_MAX = 256;
const HEADER_MS_MAX = 10_000;

/** A connection of a Node program, whose preload says in a PROXY header where it was going. */
export function relayWithHeader(from: Socket, dialer: PodDialer): void {
  let received: Buffer = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    const header = headerOf(received);
    if (header === 'incomplete' && received.length <= HEADER_BYTES_MAX) return;
    from.off('data', onData).pause();
    from.setTimeout(0);
    const destination = typeof header === 'string' ? undefined : header.destination;
    if (typeof header === 'string' || !destination) {
      from.destroy();
      return;
    }
    from.unshift(received.subarray(header.bytes));
    dialer.dial(destination.address, destination.port).then(
      (to) => joined(from, to),
      () => from.resetAndDestroy(),
    );
  };
  from.on('error', () => {}).on('data', onData);
  from.setTimeout(HEADER_MS_MAX, () => from.destroy());
}

/** Bytes go both ways until both have ended; the end of one by force is the end of the other. */
export function joined(from: Socket, to: Socket): void {
  pipeline(from, to, () => {});
  pipeline(to, from, () => {});
}

function headerOf(received: Buffer): ProxyHeader | 'incomplete' | 'none' {
  try {
    return parseProxyHeader(received) ?? 'incomplete';
  } catch {
    return 'none';
  }
}
