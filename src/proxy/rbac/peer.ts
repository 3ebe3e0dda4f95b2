import type { TlsInfo } from '../tls/tls-info.js';

/** How a client with TLS is known: the URI SANs of its certificate, else its DNS SANs, else its subject. */
export function peerNames(tls: TlsInfo): readonly string[] {
  if (tls.peerUriSans.length > 0) return tls.peerUriSans;
  return tls.peerDnsSans.length > 0 ? tls.peerDnsSans : [tls.peerSubject];
}
