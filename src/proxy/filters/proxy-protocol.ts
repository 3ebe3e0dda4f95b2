import type { Any } from '@bufbuild/protobuf/wkt';
import { WireError } from '../../wire/errors.js';
import { type ProxyHeader, type ProxyTlv, parseProxyHeader } from '../../wire/proxy-protocol/proxy-protocol.js';
import {
  ProxyProtocolPassThroughTLVs_PassTLVsMatchType as MatchType,
  type ProxyProtocolPassThroughTLVs,
  ProxyProtocolConfig_Version as Version,
} from '../../xds/types/gen/envoy/config/core/v3/proxy_protocol_pb.js';
import {
  type ProxyProtocol_Rule,
  ProxyProtocolSchema,
} from '../../xds/types/gen/envoy/extensions/filters/listener/proxy_protocol/v3/proxy_protocol_pb.js';
import { unpack } from '../config/registry.js';
import type { ProxyContext } from '../context.js';
import type { ConnectionInfo } from '../http/stream-info.js';
import { type ListenerFilter, MORE, PASS, REFUSE, type Verdict } from '../listener/listener-filter.js';
import { shortAddress } from '../network.js';
import type { StatsStore } from '../stats/store.js';

const METADATA_NAMESPACE = 'envoy.filters.listener.proxy_protocol';

/** `envoy.filters.listener.proxy_protocol`: versions 1 and 2; restores source and destination. */
export function compileProxyProtocol(any: Any, context: ProxyContext): ListenerFilter {
  const config = unpack(any, ProxyProtocolSchema);
  const stats = new ProxyProtocolStats(context.stats, config.statPrefix);
  const disallowed = new Set<number>(config.disallowedVersions.map((version) => (version === Version.V1 ? 1 : 2)));
  const passes = compilePassThrough(config.passThroughTlvs);
  return {
    reads: true,
    inspect(bytes, info) {
      let header: ProxyHeader | undefined;
      try {
        header = parseProxyHeader(bytes);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        return onBadHeader(error, bytes, config.allowRequestsWithoutProxyProtocol, stats);
      }
      if (header === undefined) return MORE;
      const counted = stats.versions[header.version];
      if (disallowed.has(header.version)) {
        if (config.allowRequestsWithoutProxyProtocol) {
          stats.notFoundAllowed.value++;
          return PASS;
        }
        counted.disallowed.value++;
        return REFUSE;
      }
      counted.found.value++;
      restore(header, info);
      for (const tlv of header.tlvs ?? []) takeTlv(tlv, config.rules, passes, info);
      return { kind: 'done', consumed: header.bytes };
    },
  };
}

class ProxyProtocolStats {
  readonly notFoundAllowed;
  readonly notFoundDisallowed;
  readonly versions;

  constructor(store: StatsStore, statPrefix: string) {
    const prefix = statPrefix === '' ? 'proxy_proto' : `proxy_proto.${statPrefix}`;
    const counter = (name: string) => store.counter(`${prefix}.${name}`);
    const version = (name: string) => ({
      found: counter(`versions.${name}.found`),
      disallowed: counter(`versions.${name}.disallowed`),
      error: counter(`versions.${name}.error`),
    });
    this.notFoundAllowed = counter('not_found_allowed');
    this.notFoundDisallowed = counter('not_found_disallowed');
    this.versions = { 1: version('v1'), 2: version('v2') } as const;
  }
}

function onBadHeader(error: WireError, bytes: Buffer, optional: boolean, stats: ProxyProtocolStats): Verdict {
  if (error.code !== 'NO_PROXY_HEADER') {
    stats.versions[bytes[0] === 0x0d ? 2 : 1].error.value++;
    return REFUSE;
  }
  (optional ? stats.notFoundAllowed : stats.notFoundDisallowed).value++;
  return optional ? PASS : REFUSE;
}

function restore({ source, destination }: ProxyHeader, info: ConnectionInfo): void {
  if (source === undefined || destination === undefined) return;
  const local = shortAddress(destination.address);
  info.restored = info.localAddress !== local || info.localPort !== destination.port;
  info.remoteAddress = shortAddress(source.address);
  info.remotePort = source.port;
  info.localAddress = local;
  info.localPort = destination.port;
}

function takeTlv(
  tlv: ProxyTlv,
  rules: readonly ProxyProtocol_Rule[],
  passes: (type: number) => boolean,
  info: ConnectionInfo,
): void {
  if (passes(tlv.type)) info.proxyTlvs = [...(info.proxyTlvs ?? []), tlv];
  for (const { tlvType, onTlvPresent } of rules) {
    if (tlvType !== tlv.type || onTlvPresent === undefined) continue;
    info.metadataSet ??= new Map();
    const namespace = onTlvPresent.metadataNamespace || METADATA_NAMESPACE;
    info.metadataSet.set(namespace, {
      ...info.metadataSet.get(namespace),
      [onTlvPresent.key]: tlv.value.toString(),
    });
  }
}

/** Which TLVs a header to an upstream says again. */
export function compilePassThrough(config: ProxyProtocolPassThroughTLVs | undefined): (type: number) => boolean {
  if (config === undefined) return () => false;
  if (config.matchType === MatchType.INCLUDE_ALL) return () => true;
  const types = new Set(config.tlvType);
  return (type) => types.has(type);
}
