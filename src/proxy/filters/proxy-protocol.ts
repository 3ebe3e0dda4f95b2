import { WireError } from '../../wire/errors.js';
import { type ProxyHeader, parseProxyHeader } from '../../wire/proxy-protocol/proxy-protocol.js';
import type { ProxyProtocol } from '../../xds/types/gen/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol_pb.js';
import { type ListenerFilter, MORE, PASS, REFUSE } from '../listener/listener-filter.js';

/** `envoy.filters.listener.proxy_protocol`: versions 1 and 2; restores source and destination. */
export function compileProxyProtocol(config: ProxyProtocol): ListenerFilter {
  const optional = config.allowRequestsWithoutProxyProtocol;
  return {
    reads: true,
    inspect(bytes, info) {
      let header: ProxyHeader | undefined;
      try {
        header = parseProxyHeader(bytes);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        return optional ? PASS : REFUSE;
      }
      if (header === undefined) return MORE;
      if (header.source !== undefined && header.destination !== undefined) {
        info.remoteAddress = header.source.address;
        info.remotePort = header.source.port;
        info.restored = info.localAddress !== header.destination.address || info.localPort !== header.destination.port;
        info.localAddress = header.destination.address;
        info.localPort = header.destination.port;
      }
      return { kind: 'done', consumed: header.bytes };
    },
  };
}
