import { isIPv4, isIPv6 } from 'node:net';
import { Failure } from '../values.js';

const MAPPED_IPV4 = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

/** The one way to write an address, so that equal addresses are equal texts; IPv4 inside IPv6 is IPv4. Undefined where it is none. */
export function canonicalIp(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const shortened = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const mapped = MAPPED_IPV4.exec(shortened);
  if (mapped === null) return shortened;
  const [high, low] = [Number.parseInt(mapped[1]!, 16), Number.parseInt(mapped[2]!, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** `ip("10.11.12.13")` */
export function ip(text: string): string | Failure {
  return canonicalIp(text) ?? new Failure(`could not convert ${text} to IP_ADDRESS`);
}
