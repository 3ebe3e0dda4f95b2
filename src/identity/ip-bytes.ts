import { isIPv4 } from 'node:net';

/** The 4 or 16 bytes of a valid IP address. */
export function ipBytes(address: string): Buffer {
  return isIPv4(address) ? Buffer.from(address.split('.').map(Number)) : ipv6Bytes(address);
}

function ipv6Bytes(address: string): Buffer {
  // The URL parser knows every way of writing them, and gives the canonical one: no dotted part, no zone.
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const left = groups(head);
  const right = groups(tail ?? '');
  const bytes = Buffer.alloc(16);
  for (const [i, group] of left.entries()) bytes.writeUInt16BE(group, i * 2);
  for (const [i, group] of right.entries()) bytes.writeUInt16BE(group, 16 - (right.length - i) * 2);
  return bytes;
}

function groups(part: string): number[] {
  return part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
}
