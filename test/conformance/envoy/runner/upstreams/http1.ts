import type { Socket } from 'node:net';
import type { AnswerRule } from '../scenario.js';
import type { Answers } from './answers.js';
import { type ParsedRequest, takeHead, takeRequest } from './http1-request.js';
import type { Responder, Seen } from './upstream.js';

/** Serves HTTP/1 on one connection: bytes as they come, answers in the order of the requests. */
export function serveHttp1(socket: Socket, answers: Answers, seen: Seen[], readsProxyLine: boolean): void {
  let text = '';
  let answered: Promise<void> = Promise.resolve();
  /** The rule of a request that was answered before its body was there. */
  let early: AnswerRule | undefined;
  /** What an upgraded connection carried. */
  let tunnel: Seen | undefined;
  const proxyLine: string[] = [];
  const give = (rule: AnswerRule, head: ParsedRequest): void => {
    answered = answered.then(() => answers.give(rule, new Http1Responder(socket, head.method === 'HEAD')));
  };
  socket.on('data', (chunk) => {
    if (tunnel !== undefined) return echo(socket, chunk, tunnel);
    text += chunk.toString('latin1');
    if (readsProxyLine && proxyLine.length === 0) {
      const end = text.indexOf('\r\n');
      if (end === -1) return;
      proxyLine.push(text.slice(0, end));
      text = text.slice(end + 2);
    }
    for (;;) {
      const head = takeHead(text);
      if (head === undefined) return;
      if (early === undefined) {
        const rule = answers.choose(head);
        const whole = takeRequest(text);
        if (whole === undefined && rule.early !== true) {
          // Not counted as used twice: it is chosen again when the body is there.
          answers.unchoose(rule);
          return;
        }
        give(rule, head);
        early = rule;
      }
      const whole = takeRequest(text);
      if (whole === undefined) return;
      text = text.slice(whole.length);
      const record: Seen = { line: whole.line, headers: [...proxyLine, ...whole.fields], body: whole.body };
      seen.push(record);
      if (early.tunnel === true) {
        tunnel = record;
        if (text !== '') echo(socket, Buffer.from(text, 'latin1'), tunnel);
        return;
      }
      early = undefined;
    }
  });
}

function echo(socket: Socket, chunk: Buffer, tunnel: Seen): void {
  tunnel.body += chunk.toString('latin1');
  socket.write(chunk);
}

class Http1Responder implements Responder {
  private chunked = false;

  constructor(
    private readonly socket: Socket,
    private readonly bodiless: boolean,
  ) {}

  informational(status: number, headers: Readonly<Record<string, string>>): void {
    this.socket.write(`HTTP/1.1 ${status} Interim\r\n${lines(Object.entries(headers))}\r\n`, 'latin1');
  }

  head(status: number, headers: readonly (readonly [string, string])[], length: number | undefined): void {
    const framed = headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
    const bodiless = status === 204 || status === 304 || status === 101;
    this.chunked = length === undefined && !framed;
    const framing =
      framed || bodiless ? '' : this.chunked ? 'transfer-encoding: chunked\r\n' : `content-length: ${length}\r\n`;
    this.socket.write(`HTTP/1.1 ${status} Status\r\n${framing}${lines(headers)}\r\n`, 'latin1');
  }

  data(bytes: Buffer): void {
    if (this.bodiless || bytes.length === 0) return;
    if (this.chunked) this.socket.write(`${bytes.length.toString(16)}\r\n`);
    this.socket.write(bytes);
    if (this.chunked) this.socket.write('\r\n');
  }

  end(trailers: Readonly<Record<string, string>> = {}): void {
    if (this.chunked && !this.bodiless) this.socket.write(`0\r\n${lines(Object.entries(trailers))}\r\n`, 'latin1');
  }

  raw(bytes: string): void {
    this.socket.write(bytes, 'latin1');
  }

  close(): void {
    this.socket.end();
  }

  reset(): void {
    // What was written must be on its way before the reset, which would overtake it.
    if (this.socket.writableLength === 0) this.socket.resetAndDestroy();
    else this.socket.once('drain', () => this.socket.resetAndDestroy());
  }
}

function lines(fields: readonly (readonly [string, string])[]): string {
  return fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
}
