import { Duplex } from 'node:stream';

type Done = (error?: Error | null) => void;

/** A stream to an end that is not there yet: what is written waits until it is. */
export class DeferredSocket extends Duplex {
  private inner: Duplex | undefined;
  private waiting: (() => void) | undefined;

  attach(inner: Duplex): void {
    if (this.destroyed) {
      inner.destroy();
      return;
    }
    this.inner = inner;
    inner.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) inner.pause();
    });
    inner.on('end', () => this.push(null));
    inner.on('error', (error) => this.destroy(error));
    inner.on('close', () => this.destroy());
    this.waiting?.();
    this.waiting = undefined;
  }

  override _read(): void {
    this.inner?.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    if (this.inner !== undefined) this.inner.write(chunk, done);
    else this.waiting = () => this.inner!.write(chunk, done);
  }

  override _final(done: Done): void {
    if (this.inner !== undefined) this.inner.end(done);
    else this.waiting = () => this.inner!.end(done);
  }

  override _destroy(error: Error | null, done: Done): void {
    this.inner?.destroy();
    done(error);
  }
}
