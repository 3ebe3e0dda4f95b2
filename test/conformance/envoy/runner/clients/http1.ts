import type { Socket } from 'node:net';
import type { RequestSpec } from '../scenario.js';
import type { Answer } from './answer.js';
import { Http1Reader } from './http1-reader.js';

const ANSWER_MS = 20_000;

/** One HTTP/1 connection of a client; a `talk` uses it for bytes of any kind. */
export class Http1Client {
  private readonly reader = new Http1Reader();
  private ended: 'closed' | 'reset' | undefined;
  private wake: () => void = () => {};

  constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => {
      this.reader.text += chunk.toString('latin1');
      this.wake();
    });
    socket.on('end', () => this.end('closed'));
    socket.on('error', () => this.end('reset'));
    socket.on('close', () => this.end('closed'));
  }

  get isOpen(): boolean {
    return this.ended === undefined;
  }

  get howEnded(): string {
    return this.ended ?? 'open';
  }

  /** What came and is not read as an answer. */
  get rest(): string {
    return this.reader.text;
  }

  takeRest(): string {
    const { text } = this.reader;
    this.reader.text = '';
    return text;
  }

  write(bytes: Buffer): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  async send(spec: RequestSpec): Promise<Answer> {
    this.write(requestBytes(spec));
    return this.receive(spec.method ?? 'GET');
  }

  /** The next answer, or what there is of it when the connection ends or nothing comes. */
  async receive(method: string): Promise<Answer> {
    let answer: Answer | undefined;
    await this.until(() => {
      answer = this.reader.take(method, this.ended !== undefined);
      return answer !== undefined || this.ended !== undefined;
    });
    return answer ?? { status: 0, headers: [], body: this.takeRest(), ends: this.ended ?? 'no answer' };
  }

  /** Resolves when `holds`, or after the time of an answer. @returns whether it holds */
  until(holds: () => boolean): Promise<boolean> {
    return new Promise((resolve) => {
      if (holds()) return resolve(true);
      const finish = (held: boolean): void => {
        clearTimeout(timer);
        this.wake = () => {};
        resolve(held);
      };
      const timer = setTimeout(() => finish(false), ANSWER_MS);
      this.wake = () => {
        if (holds()) finish(true);
      };
    });
  }

  private end(how: 'closed' | 'reset'): void {
    this.ended ??= how;
    this.wake();
  }
}

function requestBytes({ method = 'GET', path = '/', headers = {}, version = '1.1', ...spec }: RequestSpec): Buffer {
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const lines = [`${method} ${path} HTTP/${version}`];
  if (!names.has('host')) lines.push('host: test.example');
  for (const [name, values] of Object.entries(headers)) {
    for (const value of [values].flat()) lines.push(`${name}: ${value}`);
  }
  const body = spec.size === undefined ? Buffer.from(spec.body ?? '') : Buffer.alloc(spec.size, 'x');
  const chunked = spec.chunks !== undefined || spec.trailers !== undefined;
  if (chunked) lines.push('transfer-encoding: chunked');
  else if (body.length > 0 && !names.has('content-length')) lines.push(`content-length: ${body.length}`);
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  return Buffer.concat([head, chunked ? chunkedBody(spec.chunks ?? [spec.body ?? ''], spec.trailers) : body]);
}

function chunkedBody(chunks: readonly string[], trailers: Readonly<Record<string, string>> = {}): Buffer {
  const parts = chunks
    .filter((chunk) => chunk !== '')
    .map((chunk) => `${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`);
  const fields = Object.entries(trailers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${parts.join('')}0\r\n${fields.join('')}\r\n`);
}
