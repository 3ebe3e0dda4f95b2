import { isIP } from 'node:net';
import type { Address } from '../../xds/types/gen/envoy/config/core/v3/address_pb.js';
import type {
  Endpoint_HealthCheckConfig,
  LbEndpoint,
} from '../../xds/types/gen/envoy/config/endpoint/v3/endpoint_components_pb.js';
import { ConfigError } from '../errors.js';
import type { SocketAddress } from '../network.js';
import { Host } from './host.js';
import { isCanary } from './lb/subset-key.js';

const PORT_MAX = 65_535;

/** What an endpoint's message says of it alone: address, weight, metadata, how it is checked. */
export interface DescribedEndpoint extends SocketAddress {
  readonly makeHost: (address: string) => Host;
}

/** @throws ConfigError */
export function describeEndpoint(endpoint: LbEndpoint, path: string): DescribedEndpoint {
  const target = endpoint.hostIdentifier.case === 'endpoint' ? endpoint.hostIdentifier.value : undefined;
  const { address, port } = socketAddress(target?.address, `${path}.endpoint.address`);
  const weight = endpoint.loadBalancingWeight ?? 1;
  if (weight < 1) throw new ConfigError(`${path}.load_balancing_weight`, 'must be at least 1');
  const check = describeCheck(target?.healthCheckConfig, `${path}.endpoint.health_check_config`);
  const metadata = endpoint.metadata?.filterMetadata;
  return {
    address,
    port,
    makeHost: (resolved) => {
      const host = new Host(resolved, port);
      host.weight = weight;
      host.hostname = target?.hostname || (resolved === address ? '' : address);
      if (metadata !== undefined) host.metadata = metadata;
      host.canary = isCanary(host.lbMetadata);
      if (check !== undefined) {
        host.unchecked = check.disabled;
        host.checkHostname = check.hostname;
        const at = check.target;
        if (at !== undefined) host.checkAddress = { address: at.address || resolved, port: at.port || port };
      }
      return host;
    },
  };
}

interface CheckTarget {
  readonly disabled: boolean;
  readonly hostname: string;
  /** An empty address and port 0 stand for the endpoint's own. */
  readonly target: SocketAddress | undefined;
}

function describeCheck(config: Endpoint_HealthCheckConfig | undefined, path: string): CheckTarget | undefined {
  if (config === undefined) return undefined;
  const { disableActiveHealthCheck: disabled, hostname, portValue } = config;
  if (portValue > PORT_MAX) throw new ConfigError(`${path}.port_value`, `must not be above ${PORT_MAX}`);
  if (config.address !== undefined) {
    const target = socketAddress(config.address, `${path}.address`);
    if (isIP(target.address) === 0) throw new ConfigError(`${path}.address`, 'must be an IP address');
    return { disabled, hostname, target: portValue === 0 ? target : { ...target, port: portValue } };
  }
  return { disabled, hostname, target: portValue === 0 ? undefined : { address: '', port: portValue } };
}

function socketAddress(address: Address | undefined, path: string): SocketAddress {
  const socket = address?.address;
  if (socket?.case === 'pipe') return { address: socket.value.path, port: 0 };
  if (socket?.case !== 'socketAddress' || socket.value.portSpecifier.case !== 'portValue') {
    throw new ConfigError(path, 'an endpoint needs a socket_address with port_value, or a pipe');
  }
  const port = socket.value.portSpecifier.value;
  if (port > PORT_MAX) throw new ConfigError(`${path}.socket_address.port_value`, `must not be above ${PORT_MAX}`);
  return { address: socket.value.address, port };
}
