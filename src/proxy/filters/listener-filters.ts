import type { ListenerFilter as Config } from '../../xds/types/gen/envoy/config/listener/v3/listener_components_pb.js';
import { HttpInspectorSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb.js';
import { OriginalDstSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.js';
import { ProxyProtocolSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol_pb.js';
import { TlsInspectorSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js';
import { typeNameOf, unpack } from '../config/registry.js';
import { ConfigError } from '../errors.js';
import type { ListenerFilter } from '../listener/listener-filter.js';
import { HTTP_INSPECTOR } from './http-inspector.js';
import { ORIGINAL_DST } from './original-dst.js';
import { compileProxyProtocol } from './proxy-protocol.js';
import { TLS_INSPECTOR } from './tls-inspector.js';

/** @throws ConfigError */
export function compileListenerFilters(configs: readonly Config[], path: string): readonly ListenerFilter[] {
  return configs.map((config, i) => {
    const any = config.configType.case === 'typedConfig' ? config.configType.value : undefined;
    switch (any === undefined ? '' : typeNameOf(any)) {
      case OriginalDstSchema.typeName:
        return ORIGINAL_DST;
      case HttpInspectorSchema.typeName:
        return HTTP_INSPECTOR;
      case TlsInspectorSchema.typeName:
        return TLS_INSPECTOR;
      case ProxyProtocolSchema.typeName:
        return compileProxyProtocol(unpack(any!, ProxyProtocolSchema));
      default:
        throw new ConfigError(`${path}[${i}]`, `listener filter ${JSON.stringify(config.name)} is not supported`);
    }
  });
}
