import { PassThrough, type Readable, Writable } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { Status } from '../status-error.js';
import { type Channels, type ResizeListener, TerminalSize } from './channels.js';

/** Kubernetes' remote command over WebSocket: each message starts with the number of its stream. */
export const WEB_SOCKET_PROTOCOLS: readonly string[] = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;
/** Since v5: the second byte names a stream that its sender has ended. */
const CLOSE = 255;

const NORMAL_CLOSURE = 1000;

/** The streams of one exec or attach, multiplexed over a WebSocket. */
export class WebSocketChannels implements Channels {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  private readonly input = new PassThrough();
  private readonly size = new TerminalSize();

  constructor(private readonly socket: WebSocket) {
    this.stdin = this.input;
    this.stdout = this.output(STDOUT);
    this.stderr = this.output(STDERR);
    socket.on('message', (data) => this.receive(bytesOf(data)));
    socket.on('close', () => this.input.destroy());
    socket.on('error', () => this.input.destroy());
    // A program that does not read its input must not fill our memory: the caller waits.
    this.input.on('drain', () => socket.resume());
    // The caller's going ends it; nobody else needs to hear.
    this.input.on('error', () => {});
  }

  onResize(listener: ResizeListener): void {
    this.size.onResize(listener);
  }

  finish(status: Status | Pick<Status, 'metadata' | 'status'>): void {
    this.socket.send(frame(ERROR, Buffer.from(JSON.stringify(status))), () => this.socket.close(NORMAL_CLOSURE));
  }

  private receive(message: Buffer): void {
    const payload = message.subarray(1);
    if (message[0] === STDIN) {
      if (!this.input.writableEnded && !this.input.write(payload)) this.socket.pause();
    } else if (message[0] === RESIZE) {
      this.size.set(payload.toString());
    } else if (message[0] === CLOSE && payload[0] === STDIN) {
      this.input.end();
    }
  }

  private output(channel: number): Writable {
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (this.socket.readyState !== this.socket.OPEN) done();
        else this.socket.send(frame(channel, chunk), () => done());
      },
    });
  }
}

function frame(channel: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([channel]), payload]);
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
