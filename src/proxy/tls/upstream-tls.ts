import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { type SecureContext, type TLSSocket, connect as tlsConnect } from 'node:tls';
import type { UpstreamTlsContext } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import type { Host } from '../cluster/host.js';
import type { ProxyContext } from '../context.js';
import type { TransportSocket } from '../pool/transport-socket.js';
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
  ): void {
    const { stats, current } = this.context;
    if (current === undefined) {
      stats.secretsNotReady.value++;
      failed('TLS error: Secret is not supplied by SDS');
      return;
    }
    const session = this.sessions.at(-1);
    const protocols = this.context.alpn.length > 0 ? this.context.alpn : alpn;
    const tls = tlsConnect({
      socket,
      secureContext: current,
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...(this.serverName === '' || isIP(this.serverName) !== 0 ? {} : { servername: this.serverName }),
      ...(protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] }),
      ...(session === undefined ? {} : { session }),
    });
    if (this.sessionsMax > 0) tls.on('session', (made) => this.keepSession(made, current));
    let over = false;
    tls.once('secureConnect', () => {
      over = true;
      const peer = tls.getPeerX509Certificate();
      const fault = this.check(tls, peer);
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

  private check(tls: TLSSocket, peer: X509Certificate | undefined): TlsFault | undefined {
    const { validation } = this.context;
    if (validation === undefined || peer === undefined || validation.acceptsUntrusted) return undefined;
    return validation.check(new CertificateDetails(peer), chainError(tls));
  }

  private keepSession(session: Buffer, madeBy: SecureContext): void {
    if (this.context.current !== madeBy) return;
    this.sessions.push(session);
    if (this.sessions.length > this.sessionsMax) this.sessions.shift();
  }
}

/** `X25519`, `P-256` as BoringSSL calls them; '' where no key was agreed on anew. */
function curveOf(tls: TLSSocket): string {
  const key = tls.getEphemeralKeyInfo() as { name?: string } | null;
  return key?.name === undefined ? '' : (BORING_CURVES[key.name] ?? key.name);
}

const BORING_CURVES: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };
