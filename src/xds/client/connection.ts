import { connect as connectSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Transport } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';

/** Where the control plane listens: a Unix socket's path, a host and port, or what a function connects to. */
export type AdsTarget =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'dial'; readonly authority: string; readonly connect: () => Duplex };

/** The largest message taken from the control plane; Envoy's and gRPC's usual 4 MiB is too little for a full set of clusters. */
export const RECEIVED_MESSAGE_MAX_BYTES = 64 * 1024 * 1024;
/** Memory that the session may take; leaves room for many streams on one session. */
const SESSION_MEMORY_MAX_MB = 256;
/** A control plane that does not answer a ping within these is taken for dead. */
const PING_INTERVAL_MS = 30_000;
const PING_TIMEOUT_MS = 10_000;

/** One HTTP/2 session (h2c) that all the streams of this process share; opened when the first is, and again after a loss. */
export class AdsConnection {
  readonly transport: Transport;
  private readonly session: Http2SessionManager;

  constructor(target: AdsTarget) {
    const baseUrl = baseUrlOf(target);
    const dial = dialOf(target);
    this.session = new Http2SessionManager(
      baseUrl,
      { pingIntervalMs: PING_INTERVAL_MS, pingTimeoutMs: PING_TIMEOUT_MS },
      {
        maxSessionMemory: SESSION_MEMORY_MAX_MB,
        ...(dial && { createConnection: dial }),
      },
    );
    this.transport = createGrpcTransport({
      baseUrl,
      sessionManager: this.session,
      readMaxBytes: RECEIVED_MESSAGE_MAX_BYTES,
      acceptCompression: [],
    });
  }

  /** Ends the session and every stream on it. */
  close(): void {
    this.session.abort();
  }
}

function dialOf(target: AdsTarget): (() => Duplex) | undefined {
  if (target.kind === 'unix') return () => connectSocket(target.path);
  return target.kind === 'dial' ? target.connect : undefined;
}

function baseUrlOf(target: AdsTarget): string {
  if (target.kind === 'unix') return 'http://localhost';
  if (target.kind === 'tcp') return `http://${bracketed(target.host)}:${target.port}`;
  // a cluster may have a name that no URL can
  return URL.canParse(`http://${target.authority}`) ? `http://${target.authority}` : 'http://localhost';
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
