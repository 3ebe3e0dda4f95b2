import type { TransportSocket } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { RawBufferSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb.js';
import { DownstreamTlsContextSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import { typeNameOf, unpack } from '../config/registry.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import { DownstreamTls } from './downstream-tls.js';

interface Environment {
  readonly context: ProxyContext;
  /** `listener.<address>` */
  readonly statPrefix: string;
}

/** The transport socket of a filter chain; undefined for the bare bytes. @throws ConfigError */
export function compileDownstreamTransport(
  config: TransportSocket | undefined,
  { context, statPrefix }: Environment,
  path: string,
): DownstreamTls | undefined {
  if (config === undefined) return undefined;
  const any = config.configType.case === 'typedConfig' ? config.configType.value : undefined;
  switch (any === undefined ? '' : typeNameOf(any)) {
    case RawBufferSchema.typeName:
      return undefined;
    case DownstreamTlsContextSchema.typeName: {
      const tls = unpack(any!, DownstreamTlsContextSchema);
      return new DownstreamTls(tls, context, statPrefix, `${path}.typed_config`);
    }
    default:
      throw new ConfigError(path, `transport socket ${JSON.stringify(config.name)} is not supported here`);
  }
}
