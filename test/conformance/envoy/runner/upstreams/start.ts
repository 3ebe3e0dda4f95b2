import {
  createServer as createHttp2Server,
  createSecureServer,
  type Http2Server,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { Certificates } from '../certificates.js';
import type { AnswerRule, UpstreamSpec } from '../scenario.js';
import { Answers } from './answers.js';
import { serveHttp1 } from './http1.js';
import { serveHttp2 } from './http2.js';
import { serveTcp } from './tcp.js';
import type { Seen, Upstream } from './upstream.js';

/** Starts an upstream on a port that the system chooses. */
export async function startUpstream(name: string, spec: UpstreamSpec, certificates: Certificates): Promise<Upstream> {
  const upstream = new RunningUpstream(name, spec, certificates);
  await upstream.start();
  if (spec.protocol === 'closed') await upstream.stop();
  return upstream;
}

class RunningUpstream implements Upstream {
  readonly seen: Seen[] = [];
  readonly address: string;
  connections = 0;
  port = 0;
  private readonly answers: Answers;
  private readonly sockets = new Set<Socket>();
  private server: Server | Http2Server | undefined;

  constructor(
    readonly name: string,
    private readonly spec: UpstreamSpec,
    private readonly certificates: Certificates,
  ) {
    this.address = spec.address ?? '127.0.0.1';
    this.answers = new Answers(name, spec.answers ?? []);
  }

  behave(rules: readonly AnswerRule[]): void {
    this.answers.replace(rules);
  }

  release(): void {
    this.answers.release();
  }

  async start(): Promise<void> {
    const server = this.makeServer();
    this.server = server;
    server.on('connection', (socket: Socket) => this.track(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.port, this.address, resolve);
    });
    this.port = (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private makeServer(): Server | Http2Server {
    const { protocol = 'http1', tls, grpc_request } = this.spec;
    if (protocol === 'http2') {
      const server = tls
        ? createSecureServer(this.tlsOptions(['h2']))
        : createHttp2Server({ settings: { enableConnectProtocol: true } });
      server.on('sessionError', () => {});
      server.on('stream', (stream: ServerHttp2Stream, headers) =>
        serveHttp2(stream, headers, this.answers, this.seen, grpc_request),
      );
      return server as Http2Server;
    }
    if (tls === undefined) return createServer({ allowHalfOpen: true }, (socket) => this.serve(socket));
    const server = createTlsServer({ ...this.tlsOptions(['http/1.1']), allowHalfOpen: true }, (socket) =>
      this.serve(socket),
    );
    server.on('tlsClientError', () => {});
    return server;
  }

  private tlsOptions(alpn: string[]): TlsOptions {
    const { tls } = this.spec;
    const { cert, key } = this.certificates.get(tls!.certificate);
    const client =
      tls!.client_ca === undefined
        ? {}
        : { ca: this.certificates.get(tls!.client_ca).cert, requestCert: true, rejectUnauthorized: true };
    return { cert, key, ALPNProtocols: [...(tls!.alpn ?? alpn)], ...client };
  }

  private track(socket: Socket): void {
    this.connections++;
    this.sockets.add(socket);
    // Small writes one after another would wait for the acknowledgement of the first.
    socket.setNoDelay(true);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  }

  private serve(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    const { protocol = 'http1' } = this.spec;
    if (protocol === 'tcp') serveTcp(socket, this.spec, this.seen);
    else if (protocol === 'silent') socket.resume();
    else {
      socket.on('end', () => socket.end());
      serveHttp1(socket, this.answers, this.seen, this.spec.proxy_protocol === true);
    }
  }
}
