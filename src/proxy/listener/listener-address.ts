import { isIP } from 'node:net';
import type { Address } from '../../xds/types/gen/envoy/config/core/v3/address_pb.js';
import { ConfigError } from '../errors.js';
import { formatAddress } from '../network.js';

/** Where a listener is reached: an IP address and a port, or a Unix socket. */
export interface ListenerAddress {
  /** The path for a Unix socket. */
  readonly address: string;
  readonly port: number;
  readonly pipe: { readonly path: string; readonly mode: number } | undefined;
  /** `::` without `ipv4_compat`. */
  readonly ipv6Only: boolean;
}

/** @throws ConfigError */
export function compileListenerAddress(config: Address | undefined, path: string): ListenerAddress {
  const address = config?.address;
  switch (address?.case) {
    case 'socketAddress': {
      const { address: ip, portSpecifier, ipv4Compat } = address.value;
      if (portSpecifier.case !== 'portValue') throw new ConfigError(`${path}.socket_address`, 'needs port_value');
      if (isIP(ip) === 0) throw new ConfigError(`${path}.socket_address.address`, `malformed IP address: ${ip}`);
      return { address: ip, port: portSpecifier.value, pipe: undefined, ipv6Only: isIP(ip) === 6 && !ipv4Compat };
    }
    case 'pipe': {
      const { path: file, mode } = address.value;
      if (file === '') throw new ConfigError(`${path}.pipe.path`, 'is needed');
      return { address: file, port: 0, pipe: { path: file, mode }, ipv6Only: false };
    }
    default:
      throw new ConfigError(path, 'a listener needs a socket_address with port_value, or a pipe');
  }
}

/** `listener.127.0.0.1_80` */
export function statPrefixOf(statPrefix: string, { address, port }: ListenerAddress): string {
  return `listener.${(statPrefix || formatAddress(address, port)).replaceAll(':', '_')}`;
}
