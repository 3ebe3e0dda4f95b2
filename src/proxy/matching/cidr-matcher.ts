import { BlockList, isIP } from 'node:net';
import type { CidrRange } from '../../xds/types/gen/envoy/config/core/v3/address_pb.js';
import { ConfigError } from '../errors.js';

const BITS = { 4: 32, 6: 128 } as const;

/** Whether an address is in one of the ranges; an absent prefix length is 0. @throws ConfigError */
export function compileCidrRanges(ranges: readonly CidrRange[], path: string): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const family = isIP(range.addressPrefix);
    if (family !== 4 && family !== 6) {
      throw new ConfigError(`${path}.address_prefix`, `${JSON.stringify(range.addressPrefix)} is not an IP address`);
    }
    const length = Math.min(range.prefixLen ?? 0, BITS[family]);
    list.addSubnet(range.addressPrefix, length, family === 6 ? 'ipv6' : 'ipv4');
  }
  return (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
  };
}
