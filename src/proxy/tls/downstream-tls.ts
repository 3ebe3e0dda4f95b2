import { constants, createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { toBinary } from '@bufbuild/protobuf';
import {
  type DownstreamTlsContext,
  DownstreamTlsContextSchema,
} from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import type { ConnectionInfo } from '../http/stream-info.js';
import { CertificateDetails } from './certificate-details.js';
import { chainError } from './chain-error.js';
import { peekProtocols } from './peek-protocols.js';
import { ServerCertificates } from './server-certificates.js';
import { TlsContext, type TlsState } from './tls-context.js';
import { describeFault, describeHandshakeError, type TlsFault } from './tls-fault.js';
import { TlsInfo } from './tls-info.js';
import { TlsStats } from './tls-stats.js';

/** Envoy's `fail_verify_no_cert`. */
const NO_CERTIFICATE = 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE';

/** A `DownstreamTlsContext`: the server's side of TLS for a filter chain. */
export class DownstreamTls {
  private readonly context: TlsContext<ServerCertificates>;
  private readonly requireCertificate: boolean;
  private readonly requireName: boolean;

  /**
   * @param statPrefix `listener.<address>`
   * @throws ConfigError
   */
  constructor(config: DownstreamTlsContext, { secrets, stats }: ProxyContext, statPrefix: string, path: string) {
    this.requireCertificate = config.requireClientCertificate ?? false;
    this.requireName = config.requireSni ?? false;
    const stateless =
      config.sessionTicketKeysType.case !== 'disableStatelessSessionResumption' || !config.sessionTicketKeysType.value;
    // Sessions of one configuration are worth nothing in another, which may check clients otherwise.
    const sessionIdContext = createHash('sha256')
      .update(toBinary(DownstreamTlsContextSchema, config))
      .digest('hex')
      .slice(0, 32);
    this.context = new TlsContext(
      config.commonTlsContext,
      secrets,
      'TLSv1.3',
      new TlsStats(stats, statPrefix, 'server'),
      path,
      (context) => {
        if (context.certificates.length === 0)
          throw new ConfigError(`${path}.common_tls_context`, 'no TLS certificates found for server context');
        return new ServerCertificates(
          context.certificates,
          (chains) =>
            context.secureContext(chains, {
              sessionIdContext,
              ...(stateless ? {} : { secureOptions: constants.SSL_OP_NO_TICKET }),
              ...(config.sessionTimeout === undefined ? {} : { sessionTimeout: Number(config.sessionTimeout.seconds) }),
            }),
          config.fullScanCertsOnSniMismatch ?? false,
        );
      },
    );
  }

  get ready(): boolean {
    return this.context.settled;
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

  /**
   * The handshake. Exactly one of the two is called, unless the socket closes before.
   * @param initial bytes that listener filters read already
   */
  accept(
    socket: Socket,
    info: ConnectionInfo,
    initial: Buffer | undefined,
    done: (secured: Socket) => void,
    failed: () => void,
  ): void {
    const certificates = this.context.current;
    const { stats, alpn } = this.context;
    if (certificates === undefined) {
      stats.secretsNotReady.value++;
      info.transportFailure = 'TLS error: Secret is not supplied by SDS';
      failed();
      return;
    }
    if (alpn.length === 0) {
      this.handshake(certificates, socket, info, initial, [], done, failed);
      return;
    }
    peekProtocols(socket, initial, (bytes, offered) => {
      if (socket.destroyed) {
        failed();
        return;
      }
      const shared = alpn.some((protocol) => offered.includes(protocol));
      this.handshake(certificates, socket, info, bytes, shared ? alpn : [], done, failed);
    });
  }

  private handshake(
    certificates: ServerCertificates,
    socket: Socket,
    info: ConnectionInfo,
    initial: Buffer | undefined,
    alpn: readonly string[],
    done: (secured: Socket) => void,
    failed: () => void,
  ): void {
    const { stats, validation } = this.context;
    if (initial !== undefined) socket.unshift(initial);
    const asks = this.requireCertificate || (validation?.asksForCertificate ?? false);
    const tls = new TLSSocket(socket, {
      isServer: true,
      secureContext: certificates.unnamed,
      requestCert: asks,
      rejectUnauthorized: this.requireCertificate || (validation?.requiresCertificate ?? false),
      ...(alpn.length === 0 ? {} : { ALPNProtocols: [...alpn] }),
      ...(certificates.dependsOnName || this.requireName
        ? { SNICallback: (name, answer) => answer(null, certificates.choose(name)) }
        : {}),
    });
    let over = false;
    const fail = (error: Error): void => {
      if (over) return;
      over = true;
      const noCertificate = (error as { code?: string }).code === NO_CERTIFICATE;
      stats.counters[noCertificate ? 'fail_verify_no_cert' : 'connection_error'].value++;
      info.transportFailure = describeHandshakeError(error);
      tls.destroy();
      failed();
    };
    tls.on('error', fail);
    tls.once('close', () => {
      // a client that goes away in the handshake is no error
      if (over) return;
      over = true;
      failed();
    });
    tls.once('secure', () => {
      if (over) return;
      over = true;
      const fault = this.finish(tls, info);
      if (fault === undefined) {
        done(tls);
        return;
      }
      if (fault !== NO_NAME) stats.counters[fault.stat].value++;
      info.transportFailure = describeFault(fault);
      // what the client sent meanwhile is not read any more, which Envoy's clients see as a reset
      socket.resetAndDestroy();
      failed();
    });
  }

  /** Notes what the handshake brought. @returns why the client is not let in */
  private finish(tls: TLSSocket, info: ConnectionInfo): TlsFault | undefined {
    const { stats, validation } = this.context;
    const peer = tls.getPeerX509Certificate();
    let validated = false;
    if (peer !== undefined && validation?.asksForCertificate === true) {
      const fault = validation.check(new CertificateDetails(peer), chainError(tls));
      if (fault !== undefined && !validation.acceptsUntrusted) return fault;
      validated = fault === undefined;
    }
    const name = (tls as unknown as { servername?: string | false | null }).servername;
    if (this.requireName && (typeof name !== 'string' || name === '')) return NO_NAME;
    if (peer === undefined) stats.counters.no_certificate.value++;
    const details = new TlsInfo(tls, peer, validated, peer === undefined ? undefined : (validation?.ca ?? []));
    info.tls = details;
    stats.handshake(details.version, details.cipher, '', tls.isSessionReused());
    return undefined;
  }
}

const NO_NAME: TlsFault = { stat: 'connection_error', text: 'no server name' };
