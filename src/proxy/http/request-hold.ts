/** The body of a request that filters hold back. */
export class RequestHold {
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private limit = 0;
  private done: ((whole: boolean) => void) | undefined;

  /** A filter waits for the whole body: reading goes on up to the limit. */
  wait(limit_bytes: number, done: (whole: boolean) => void): void {
    this.limit = limit_bytes;
    this.done = done;
    if (this.bytes > limit_bytes) this.settle(false);
  }

  /** @returns whether more may be read now */
  push(buf: Uint8Array, start: number, end: number): boolean {
    this.chunks.push(Buffer.from(buf.subarray(start, end)));
    this.bytes += end - start;
    if (this.done === undefined) return false;
    if (this.bytes <= this.limit) return true;
    this.settle(false);
    return false;
  }

  settle(whole: boolean): void {
    const { done } = this;
    this.done = undefined;
    done?.(whole);
  }

  content(): Buffer {
    if (this.chunks.length > 1) this.chunks.splice(0, this.chunks.length, Buffer.concat(this.chunks));
    return this.chunks[0] ?? EMPTY;
  }

  take(): readonly Buffer[] {
    return this.chunks.splice(0);
  }
}

const EMPTY = Buffer.alloc(0);
