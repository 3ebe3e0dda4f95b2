import type { UpstreamStream } from '../pool/upstream-stream.js';

/** A request that waits for a connection is read so far. */
const WAITING_BYTES_MAX = 1024 * 1024;

/** Content of a request that waits for a connection, or may have to be sent again. */
export class RequestBody {
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  /** More came than may be kept: the request can be sent only once. */
  overflowed = false;

  /** @param limit_bytes of what is kept to be sent again */
  constructor(private readonly limit_bytes: number) {}

  /** As {@link constructor}, of a client's connection, where 0 is no limit. */
  static within(limit_bytes: number): RequestBody {
    return new RequestBody(limit_bytes > 0 ? limit_bytes : Number.POSITIVE_INFINITY);
  }

  push(buf: Uint8Array, start: number, end: number): void {
    this.chunks.push(Buffer.from(buf.subarray(start, end)));
    this.bytes += end - start;
  }

  /** There is room for so much more. */
  fits(bytes: number): boolean {
    return this.bytes + bytes <= this.limit_bytes;
  }

  /** No more should be read while it waits. */
  get full(): boolean {
    return this.bytes >= Math.min(this.limit_bytes, WAITING_BYTES_MAX);
  }

  writeTo(upstream: UpstreamStream): void {
    for (const chunk of this.chunks) upstream.writeBody(chunk, 0, chunk.length);
  }

  drop(): void {
    this.chunks.length = 0;
    this.bytes = 0;
  }
}
