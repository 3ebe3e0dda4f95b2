import { Duplex } from 'node:stream';
import type { UpstreamStream } from '../pool/upstream-stream.js';

/** The bodies of one HTTP exchange, both ways, as a socket: with back-pressure, and each way ends by itself. */
export class TunnelStream extends Duplex {
  private written: (() => void) | undefined;
  private paused = false;
  private answered = false;

  constructor(private readonly upstream: UpstreamStream) {
    super({ allowHalfOpen: true, autoDestroy: false });
  }

  /** The bytes are the caller's again after the call. */
  receive(buf: Uint8Array, start: number, end: number): void {
    if (this.push(Buffer.from(buf.subarray(start, end))) || this.paused) return;
    this.paused = true;
    this.upstream.pause();
  }

  receiveEnd(): void {
    this.answered = true;
    this.push(null);
    this.onRoom();
  }

  /** The upstream takes more again. */
  onRoom(): void {
    const { written } = this;
    this.written = undefined;
    written?.();
  }

  override _read(): void {
    if (!this.paused || this.answered) return;
    this.paused = false;
    this.upstream.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.answered) return void done(); // the stream may be another's already
    this.upstream.writeBody(chunk, 0, chunk.length);
    this.upstream.flush();
    if (this.upstream.full) this.written = done;
    else done();
  }

  override _final(done: () => void): void {
    if (!this.answered) {
      this.upstream.end(undefined);
      this.upstream.flush();
    }
    done();
  }
}
