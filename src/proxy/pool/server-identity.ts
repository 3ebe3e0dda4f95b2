import { isIP } from 'node:net';
import type { UpstreamHttpProtocolOptions as Config } from '../../xds/types/gen/envoy/config/core/v3/protocol_pb.js';
import { headerValue, type RequestHeaders } from '../matching/header-matcher.js';

/** Who a request expects at the other end of its connection. */
export interface ServerIdentity {
  /** What TLS asks for; '' for what the transport socket says. */
  readonly serverName: string;
  /** What the certificate must be for; '' for nothing more than the transport socket says. */
  readonly altName: string;
}

export type IdentityOf = (request: RequestHeaders) => ServerIdentity;

/** `auto_sni` and `auto_san_validation`; undefined when neither is wanted. */
export function compileServerIdentity(config: Config | undefined): IdentityOf | undefined {
  if (config === undefined || !(config.autoSni || config.autoSanValidation)) return undefined;
  const { autoSni, autoSanValidation } = config;
  const header = config.overrideAutoSniHeader.toLowerCase();
  return (request) => {
    const authority = (header !== '' && headerValue(request, header)) || request.host;
    const name = hostOf(authority);
    // RFC 6066 §3: an address is no server name
    return { serverName: autoSni && isIP(name) === 0 ? name : '', altName: autoSanValidation ? name : '' };
  };
}

/** Without the port and the brackets of an IPv6 address. */
function hostOf(authority: string): string {
  if (authority.startsWith('[')) return authority.slice(1, authority.indexOf(']'));
  const colon = authority.lastIndexOf(':');
  return colon === -1 ? authority : authority.slice(0, colon);
}
