import type { Socket } from 'node:net';

/**
 * Content up to this size is joined to the text before it, so that head and body go out in one system call; above it the
 * copy costs more than a vector write.
 */
const JOINED_BYTES_MAX = 8 * 1024;

/** Gathers what one turn of the event loop has to say on a socket. */
export class Outbox {
  private text = '';

  constructor(private readonly socket: Socket) {}

  /** @param text latin1 */
  pushText(text: string): void {
    this.text += text;
  }

  /** @param kept the buffer is the caller's no longer, and may be written without a copy */
  pushBytes(buf: Uint8Array, start: number, end: number, kept: boolean): void {
    if (end - start <= JOINED_BYTES_MAX) {
      this.text += Buffer.prototype.latin1Slice.call(buf, start, end);
      if (this.text.length > JOINED_BYTES_MAX * 2) this.flush();
      return;
    }
    const view = Buffer.from(buf.buffer, buf.byteOffset + start, end - start);
    this.socket.cork();
    this.flush();
    this.socket.write(kept ? view : Buffer.from(view));
    this.socket.uncork();
  }

  flush(): void {
    if (this.text === '') return;
    const text = this.text;
    this.text = '';
    this.socket.write(text, 'latin1');
  }

  /** The peer reads slower than we write. */
  get full(): boolean {
    return this.socket.writableNeedDrain;
  }
}
