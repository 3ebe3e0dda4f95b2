import type { HeaderMap } from '../../wire/http1/index.js';
import {
  type HttpConnectionManager,
  HttpConnectionManager_ForwardClientCertDetails as Mode,
} from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import type { ConnectionInfo } from '../http/stream-info.js';
import { type CertificateDetails, urlEncodedPem } from './certificate-details.js';
import type { TlsInfo } from './tls-info.js';

const NAME = 'x-forwarded-client-cert';

/** Makes a request's `x-forwarded-client-cert` what `forward_client_cert_details` says. */
export type ForwardClientCert = (headers: HeaderMap, connection: ConnectionInfo) => void;

export function compileForwardClientCert(config: HttpConnectionManager): ForwardClientCert {
  const mode = config.forwardClientCertDetails;
  if (mode === Mode.ALWAYS_FORWARD_ONLY) return () => {};
  const describe = compileDescription(config);
  return (headers, { tls }) => {
    const peer = tls?.peer;
    if (mode === Mode.SANITIZE || peer === undefined) {
      if (headers.has(NAME)) headers.delete(NAME);
      return;
    }
    if (mode === Mode.FORWARD_ONLY) return;
    const text = describe(tls!, peer);
    const before = mode === Mode.APPEND_FORWARD ? headers.get(NAME) : undefined;
    headers.set(NAME, before === undefined ? text : `${before},${text}`);
  };
}

function compileDescription(config: HttpConnectionManager): (tls: TlsInfo, peer: CertificateDetails) => string {
  const wanted = config.setCurrentClientCertDetails;
  return (tls, peer) => {
    const parts: string[] = [];
    const [by] = tls.local?.altNames.uri ?? [];
    if (by !== undefined) parts.push(`By=${by}`);
    parts.push(`Hash=${peer.fingerprint256}`);
    if (wanted?.cert === true) parts.push(`Cert="${urlEncodedPem(peer.x509)}"`);
    if (wanted?.chain === true) parts.push(`Chain="${tls.peerChain.map(urlEncodedPem).join('')}"`);
    if (wanted?.subject === true) parts.push(`Subject="${peer.subject}"`);
    if (wanted?.uri === true) for (const uri of orNothing(tls.peerUriSans)) parts.push(`URI=${uri}`);
    if (wanted?.dns === true) for (const dns of tls.peerDnsSans) parts.push(`DNS=${dns}`);
    return parts.join(';');
  };
}

/** Envoy writes the key all the same. */
function orNothing(names: readonly string[]): readonly string[] {
  return names.length === 0 ? [''] : names;
}
