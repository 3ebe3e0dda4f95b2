import type { UpstreamStream } from '../pool/upstream-stream.js';

/** A request's body is kept so far for retries and while there is no connection: Envoy's per connection buffer limit. */
export const BODY_BUFFER_BYTES_MAX = 1024 * 1024;

/** Content of a request that may have to be sent again. */
export class RequestBody {
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  /** More came than is kept: the request can be sent only once. */
  overflowed = false;

  push(buf: Uint8Array, start: number, end: number): void {
    if (this.overflowed) return;
    this.chunks.push(Buffer.from(buf.subarray(start, end)));
    this.bytes += end - start;
  }

  get full(): boolean {
    return this.bytes >= BODY_BUFFER_BYTES_MAX;
  }

  writeTo(upstream: UpstreamStream): void {
    for (const chunk of this.chunks) upstream.writeBody(chunk, 0, chunk.length);
  }

  drop(): void {
    this.chunks.length = 0;
    this.bytes = 0;
    this.overflowed = true;
  }
}
