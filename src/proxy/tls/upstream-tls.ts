import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { type SecureContext, type TLSSocket, connect as tlsConnect } from 'node:tls';
import type { UpstreamTlsContext } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import type { Host } from '../cluster/host.js';
import type { ProxyContext } from '../context.js';
import type { ConnectionInfo } from '../http/stream-info.js';
import type { ServerIdentity } from '../pool/server-identity.js';
import type { TransportSocket } from '../pool/transport-socket.js';
import { coversHost } from './alt-name-matcher.js';
import { CertificateDetails } from './certificate-details.js';
import { chainError } from './chain-error.js';
import { TlsContext, type TlsState } from './tls-context.js';
import { describeFault, describeHandshakeError, type TlsFault } from './tls-fault.js';
import { TlsInfo } from './tls-info.js';
import { TlsStats } from './tls-stats.js';

/** Envoy's `max_session_keys`. */
const SESSION_KEYS_MAX = 1;

/** An `UpstreamTlsContext`: the client's side of TLS for a cluster. */
export class UpstreamTls implements TransportSocket {
  private readonly context: TlsContext<SecureContext>;
  private readonly serverName: string;
  private readonly sessionsMax: number;
  /** The newest last. */
  private sessions: Buffer[] = [];

  /**
   * @param statPrefix `cluster.<name>`
   * @throws ConfigError
   */
  constructor(config: UpstreamTlsContext, { secrets, stats }: ProxyContext, statPrefix: string, path: string) {
    this.serverName = config.sni;
    this.sessionsMax = config.maxSessionKeys ?? SESSION_KEYS_MAX;
    this.context = new TlsContext(
      config.commonTlsContext,
      secrets,
      'TLSv1.2',
      new TlsStats(stats, statPrefix, 'client'),
      path,
      (context) => {
        // what was agreed under the old certificates must not stand in for a check by the new
        this.sessions = [];
        return context.secureContext(context.certificates.slice(0, 1), {});
      },
    );
  }

  whenReady(done: () => void): void {
    this.context.whenReady(done);
  }

  /** For `/certs`. */
  get tls(): TlsState {
    return this.context;
  }

  close(): void {
    this.context.close();
  }

  secure(
    socket: Socket,
    _host: Host,
    alpn: readonly string[],
    ready: (socket: Socket, protocol: string, tls?: TlsInfo) => void,
    failed: (detail: string) => void,
    _client?: ConnectionInfo,
    server?: ServerIdentity,
  ): void {
    const { stats, current } = this.context;
    if (current === undefined) {
      stats.secretsNotReady.value++;
      failed('TLS error: Secret is not supplied by SDS');
      return;
    }
    // a session stands for one server
    const session = server === undefined ? this.sessions.at(-1) : undefined;
    const serverName = server?.serverName || this.serverName;
    const protocols = this.context.alpn.length > 0 ? this.context.alpn : alpn;
    const tls = tlsConnect({
      socket,
      secureContext: current,
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...(serverName === '' || isIP(serverName) !== 0 ? {} : { servername: serverName }),
      ...(protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] }),
      ...(session === undefined ? {} : { session }),
    });
    if (this.sessionsMax > 0 && server === undefined) tls.on('session', (made) => this.keepSession(made, current));
    let over = false;
    tls.once('secureConnect', () => {
      over = true;
      const peer = tls.getPeerX509Certificate();
      const fault = this.check(tls, peer, server?.altName ?? '');
      if (fault !== undefined) {
        stats.counters[fault.stat].value++;
        tls.destroy();
        failed(describeFault(fault));
        return;
      }
      const details = new TlsInfo(tls, peer, this.context.validation !== undefined);
      stats.handshake(details.version, details.cipher, curveOf(tls), tls.isSessionReused());
      ready(tls, details.protocol, details);
    });
    tls.on('error', (error) => {
      if (over) return;
      over = true;
      stats.counters.connection_error.value++;
      failed(describeHandshakeError(error) || error.message);
    });
  }

  /** @param altName that it must be for besides; '' for none */
  private check(tls: TLSSocket, peer: X509Certificate | undefined, altName: string): TlsFault | undefined {
    const { validation } = this.context;
    if (validation === undefined || peer === undefined || validation.acceptsUntrusted) return undefined;
    const certificate = new CertificateDetails(peer);
    const fault = validation.check(certificate, chainError(tls));
    if (fault !== undefined || altName === '' || isFor(certificate, altName)) return fault;
    return NAME_FAULT;
  }

  private keepSession(session: Buffer, madeBy: SecureContext): void {
    if (this.context.current !== madeBy) return;
    this.sessions.push(session);
    if (this.sessions.length > this.sessionsMax) this.sessions.shift();
  }
}

const NAME_FAULT: TlsFault = { stat: 'fail_verify_san', text: 'verify cert failed: verify SAN list' };

function isFor({ altNames: { dns, uri, ip } }: CertificateDetails, name: string): boolean {
  const wanted = name.toLowerCase();
  return dns.some((one) => coversHost(one.toLowerCase(), wanted)) || uri.includes(name) || ip.includes(name);
}

/** `X25519`, `P-256` as BoringSSL calls them; '' where no key was agreed on anew. */
function curveOf(tls: TLSSocket): string {
  const key = tls.getEphemeralKeyInfo() as { name?: string } | null;
  return key?.name === undefined ? '' : (BORING_CURVES[key.name] ?? key.name);
}

const BORING_CURVES: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };
