import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { CertificateDetails } from './certificate-details.js';
import { NO_NAMES } from './subject-alt-names.js';

/** One connection's TLS, for access logs, policies and headers. Certificates are read when first asked for. */
export class TlsInfo {
  /** `TLSv1.3` */
  readonly version: string;
  /** OpenSSL's name: `ECDHE-ECDSA-AES128-GCM-SHA256`. */
  readonly cipher: string;
  /** What was agreed by ALPN; '' for nothing. */
  readonly protocol: string;
  /** The peer's certificate; undefined when it showed none. */
  readonly peer: CertificateDetails | undefined;
  /** The peer's certificate and those above it that it sent. Node adds those of our own list, which are taken away again. */
  readonly peerChain: readonly X509Certificate[];
  /** Our own certificate. */
  readonly local: CertificateDetails | undefined;
  /** Lower-case hex; '' for TLS 1.3, which has none. */
  readonly sessionId: string;

  /** @param socket after its handshake; nothing is asked of it later, when it may be closed */
  constructor(
    socket: TLSSocket,
    /** Its first `getPeerX509Certificate`: on a client Node gives the certificate out only once. */
    peer: X509Certificate | undefined,
    /** The peer showed a certificate, and it was checked against a CA. */
    readonly peerValidated: boolean,
    /** Certificates of our own list; undefined when {@link peerChain} is not wanted. */
    ca?: readonly CertificateDetails[],
  ) {
    this.version = socket.getProtocol() ?? '';
    this.cipher = socket.getCipher().name;
    this.protocol = typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : '';
    this.peer = details(peer);
    this.peerChain = ca === undefined ? [] : chainOf(socket, new Set(ca.map(({ fingerprint256 }) => fingerprint256)));
    this.local = details(socket.getX509Certificate());
    this.sessionId = this.version === 'TLSv1.3' ? '' : sessionIdOf(socket.getSession());
  }

  get peerUriSans(): readonly string[] {
    return (this.peer?.altNames ?? NO_NAMES).uri;
  }

  get peerDnsSans(): readonly string[] {
    return (this.peer?.altNames ?? NO_NAMES).dns;
  }

  get peerSubject(): string {
    return this.peer?.subject ?? '';
  }
}

function details(certificate: ReturnType<TLSSocket['getX509Certificate']>): CertificateDetails | undefined {
  return certificate === undefined ? undefined : new CertificateDetails(certificate);
}

function chainOf(socket: TLSSocket, ours: ReadonlySet<string>): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  const first: Partial<DetailedPeerCertificate> = socket.getPeerCertificate(true);
  // a root is its own issuer
  for (let at = first; at?.raw !== undefined; at = at.issuerCertificate!) {
    const certificate = new X509Certificate(at.raw);
    if (ours.has(new CertificateDetails(certificate).fingerprint256)) break;
    chain.push(certificate);
    if (at.issuerCertificate === at) break;
  }
  return chain;
}

/** OpenSSL's ASN.1 of a session: SEQUENCE { version, protocol, cipher OCTET STRING, id OCTET STRING, … }. */
function sessionIdOf(session: Buffer | undefined): string {
  if (session === undefined || session.length < 2) return '';
  let at = session[1]! < 0x80 ? 2 : 2 + (session[1]! & 0x7f);
  for (let skip = 0; skip < 3; skip++) at += 2 + session[at + 1]!;
  return session.toString('hex', at + 2, at + 2 + session[at + 1]!);
}
