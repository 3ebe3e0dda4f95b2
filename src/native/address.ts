import { isIPv4 } from 'node:net';
import { NativeError } from './errors.js';

/** Length of a `struct sockaddr_in`. */
export const SOCKADDR_IN_BYTES = 16;
const AF_INET = 2;

/** `10.1.2.3` -> its four bytes. */
export function ipv4Bytes(address: string): Buffer {
  if (!isIPv4(address)) throw new NativeError('EINVAL', `"${address}" is not an IPv4 address`);
  return Buffer.from(address.split('.').map(Number));
}

/** `10.1.2.3` -> the number 0x0a010203. */
export function ipv4Number(address: string): number {
  return ipv4Bytes(address).readUInt32BE();
}

/** The inverse of {@link ipv4Number}. */
export function ipv4Text(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

/** A range of IPv4 addresses such as `10.244.0.0/16`. */
export class Ipv4Range {
  private readonly base: number;
  private readonly mask: number;
  readonly prefixLength: number;

  /** @throws NativeError EINVAL where `cidr` is not one */
  constructor(readonly cidr: string) {
    const [address = '', length = ''] = cidr.split('/');
    this.prefixLength = Number(length);
    if (!/^\d{1,2}$/.test(length) || this.prefixLength > 32) {
      throw new NativeError('EINVAL', `"${cidr}" is not an address range such as 10.244.0.0/16`);
    }
    this.mask = this.prefixLength === 0 ? 0 : (0xffffffff << (32 - this.prefixLength)) >>> 0;
    this.base = (ipv4Number(address) & this.mask) >>> 0;
  }

  /** False for anything that is not an IPv4 address. */
  contains(address: string): boolean {
    return isIPv4(address) && (ipv4Number(address) & this.mask) >>> 0 === this.base;
  }

  /** How many addresses it has. */
  get size(): number {
    return 2 ** (32 - this.prefixLength);
  }

  /** The address at `index`, counted from the range's first. */
  at(index: number): string {
    return ipv4Text((this.base + index) >>> 0);
  }
}

export function sockaddrIn(address: string, port: number): Buffer {
  const bytes = Buffer.alloc(SOCKADDR_IN_BYTES);
  bytes.writeUInt16LE(AF_INET, 0);
  bytes.writeUInt16BE(port, 2);
  ipv4Bytes(address).copy(bytes, 4);
  return bytes;
}
