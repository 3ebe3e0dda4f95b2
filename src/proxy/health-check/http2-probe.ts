import { type ClientHttp2Session, connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import type { Host } from '../cluster/host.js';
import { NETWORK_FAILURE, type Probe, type ProbeOutcome } from './probe.js';
import type { ProbeDialer } from './probe-connection.js';

export interface Http2Answer {
  readonly headers: IncomingHttpHeaders;
  readonly trailers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What is asked over HTTP/2, and what the answer means. */
export interface Http2Question {
  headers(host: Host): OutgoingHttpHeaders;
  readonly body: Buffer;
  /** Bytes of an answer's body that are looked at. */
  readonly bodyLimit: number;
  judge(answer: Http2Answer): ProbeOutcome;
}

/** A request and its answer over HTTP/2: checks are few, so that Node's own implementation serves. */
export class Http2Probe implements Probe {
  private socket: Socket | undefined;
  private session: ClientHttp2Session | undefined;
  private done: ((outcome: ProbeOutcome) => void) | undefined;

  constructor(
    private readonly host: Host,
    private readonly dialer: ProbeDialer,
    private readonly question: Http2Question,
    private readonly reuse: boolean,
  ) {}

  check(done: (outcome: ProbeOutcome) => void): void {
    this.done = done;
    if (this.session !== undefined && !this.session.closed && !this.session.destroyed) {
      this.ask(this.session);
      return;
    }
    this.socket = this.dialer.dial(
      this.host,
      (socket) => this.onConnected(socket),
      () => this.settle(NETWORK_FAILURE),
    );
  }

  close(): void {
    this.done = undefined;
    this.drop();
  }

  private onConnected(socket: Socket): void {
    const session = connect('http://check', { createConnection: () => socket });
    this.session = session;
    session.on('error', () => this.onLost(session));
    session.on('close', () => this.onLost(session));
    this.ask(session);
  }

  private ask(session: ClientHttp2Session): void {
    const { body, bodyLimit } = this.question;
    const stream = session.request(this.question.headers(this.host), { endStream: body.length === 0 });
    let headers: IncomingHttpHeaders | undefined;
    let trailers: IncomingHttpHeaders = {};
    const chunks: Buffer[] = [];
    let kept = 0;
    stream.on('response', (received) => {
      headers = received;
    });
    stream.on('trailers', (received: IncomingHttpHeaders) => {
      trailers = received;
    });
    stream.on('data', (chunk: Buffer) => {
      if (kept >= bodyLimit) return;
      chunks.push(chunk.subarray(0, bodyLimit - kept));
      kept += chunk.length;
    });
    stream.on('end', () => {
      if (headers === undefined) return;
      this.settle(this.question.judge({ headers, trailers, body: Buffer.concat(chunks) }));
    });
    stream.on('error', () => this.settle(NETWORK_FAILURE));
    stream.on('close', () => this.settle(NETWORK_FAILURE));
    if (body.length > 0) stream.end(body);
  }

  private onLost(session: ClientHttp2Session): void {
    if (this.session !== session) return;
    this.session = undefined;
    this.settle(NETWORK_FAILURE);
  }

  private settle(outcome: ProbeOutcome): void {
    const { done } = this;
    if (done === undefined) return;
    this.done = undefined;
    if (outcome.kind === 'network' || !this.reuse) this.drop();
    done(outcome);
  }

  private drop(): void {
    const { session, socket } = this;
    this.session = undefined;
    this.socket = undefined;
    session?.destroy();
    socket?.destroy();
  }
}
