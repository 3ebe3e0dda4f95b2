import type { Socket } from 'node:net';
import { BodyDecoder, type BodySink, INCOMPLETE, INVALID, ResponseParser } from '../../wire/http1/index.js';
import type { Host } from '../cluster/host.js';
import type { HttpSpec } from './http-spec.js';
import { NETWORK_FAILURE, type Probe, type ProbeOutcome } from './probe.js';
import type { ProbeDialer } from './probe-connection.js';

/** A request and its answer over HTTP/1.1. */
export class Http1Probe implements Probe, BodySink {
  private socket: Socket | undefined;
  private readonly parser = new ResponseParser({ keepSpelling: false });
  private readonly decoder = new BodyDecoder();
  private headDone = false;
  private rest = Buffer.alloc(0);
  private body = Buffer.alloc(0);
  private done: ((outcome: ProbeOutcome) => void) | undefined;

  constructor(
    private readonly host: Host,
    private readonly dialer: ProbeDialer,
    private readonly spec: HttpSpec,
    private readonly reuse: boolean,
  ) {}

  check(done: (outcome: ProbeOutcome) => void): void {
    this.done = done;
    this.headDone = false;
    this.rest = Buffer.alloc(0);
    this.body = Buffer.alloc(0);
    if (this.socket !== undefined) {
      this.ask();
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

  onBody(buf: Uint8Array, start: number, end: number): void {
    const room = this.spec.bodyLimit - this.body.length;
    if (room > 0) this.body = Buffer.concat([this.body, buf.subarray(start, Math.min(end, start + room))]);
  }

  private onConnected(socket: Socket): void {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    socket.on('end', () => this.onEnd(socket));
    socket.on('close', () => this.onLost(socket));
    socket.on('error', () => {});
    this.ask();
  }

  private ask(): void {
    const { method, path, body } = this.spec;
    const head = `${method} ${path} HTTP/1.1\r\n${this.spec.headers(this.host).serialize()}\r\n`;
    this.socket?.write(Buffer.concat([Buffer.from(head, 'latin1'), body]));
  }

  private onData(chunk: Buffer): void {
    if (this.done === undefined) {
      this.drop(); // bytes that nobody asked for
      return;
    }
    const buf = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    this.rest = Buffer.alloc(0);
    let at = 0;
    while (!this.headDone) {
      const next = this.parser.parse(buf, at, buf.length);
      if (next === INVALID) {
        this.settle(NETWORK_FAILURE);
        return;
      }
      if (next === INCOMPLETE) {
        this.rest = Buffer.from(buf.subarray(at));
        return;
      }
      at = next;
      if (this.parser.status >= 200) this.beginBody();
    }
    while (at < buf.length && !this.decoder.done) {
      at = this.decoder.decode(buf, at, buf.length, this);
      if (at === INVALID) {
        this.settle(NETWORK_FAILURE);
        return;
      }
    }
    if (this.decoder.done) this.complete();
  }

  private beginBody(): void {
    this.headDone = true;
    const { status, chunked, contentLength } = this.parser;
    if (this.spec.method === 'HEAD' || status === 204 || status === 304) this.decoder.begin('none');
    else if (chunked) this.decoder.begin('chunked');
    else if (contentLength >= 0) this.decoder.begin('length', contentLength);
    else this.decoder.begin('close');
  }

  private onEnd(socket: Socket): void {
    if (this.socket !== socket) return;
    if (this.headDone && this.done !== undefined) {
      this.decoder.close();
      if (this.decoder.done) this.complete();
    }
    this.onLost(socket);
  }

  private onLost(socket: Socket): void {
    if (this.socket !== socket) return;
    this.settle(NETWORK_FAILURE);
    this.drop();
  }

  private complete(): void {
    const { status, headers, keepAlive } = this.parser;
    const outcome = this.spec.judge(status, headers, this.body);
    if (!keepAlive || !this.reuse) this.drop();
    this.settle(outcome);
  }

  private settle(outcome: ProbeOutcome): void {
    const { done } = this;
    this.done = undefined;
    if (outcome.kind === 'network') this.drop();
    done?.(outcome);
  }

  private drop(): void {
    const { socket } = this;
    this.socket = undefined;
    socket?.destroy();
  }
}
