import type { Any } from '@bufbuild/protobuf/wkt';
import type { ListenerFilter as Config } from '../../xds/types/gen/envoy/config/listener/v3/listener_components_pb.js';
import { HttpInspectorSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb.js';
import { OriginalDstSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb.js';
import { ProxyProtocolSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol_pb.js';
import { TlsInspectorSchema } from '../../xds/types/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb.js';
import { typeNameOf } from '../config/registry.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import type { ListenerFilter } from '../listener/listener-filter.js';
import { compileHttpInspector } from './http-inspector.js';
import { compileFilterDisabled } from './listener-filter-predicate.js';
import { ORIGINAL_DST } from './original-dst.js';
import { compileProxyProtocol } from './proxy-protocol.js';
import { compileTlsInspector } from './tls-inspector.js';

const KINDS: Readonly<Record<string, (any: Any, context: ProxyContext) => ListenerFilter>> = {
  [OriginalDstSchema.typeName]: () => ORIGINAL_DST,
  [HttpInspectorSchema.typeName]: (_any, context) => compileHttpInspector(context.stats),
  [TlsInspectorSchema.typeName]: (_any, context) => compileTlsInspector(context.stats),
  [ProxyProtocolSchema.typeName]: compileProxyProtocol,
};

/** @throws ConfigError */
export function compileListenerFilters(
  configs: readonly Config[],
  context: ProxyContext,
  path: string,
): readonly ListenerFilter[] {
  return configs.map((config, i) => {
    const at = `${path}[${i}]`;
    const any = config.configType.case === 'typedConfig' ? config.configType.value : undefined;
    const compile = any === undefined ? undefined : KINDS[typeNameOf(any)];
    if (any === undefined || compile === undefined)
      throw new ConfigError(at, `listener filter ${JSON.stringify(config.name)} is not supported`);
    const filter = compile(any, context);
    if (config.filterDisabled === undefined) return filter;
    return unless(compileFilterDisabled(config.filterDisabled, `${at}.filter_disabled`), filter);
  });
}

/** A filter that some connections pass by. */
function unless(disabled: ReturnType<typeof compileFilterDisabled>, filter: ListenerFilter): ListenerFilter {
  return {
    reads: filter.reads,
    skips: disabled,
    inspect: (bytes, info, socket, sockets) => filter.inspect(bytes, info, socket, sockets),
  };
}
