import { GRPC_CODE, GrpcError } from './status.js';

/** A flag and the length. Source: gRPC over HTTP/2, "Length-Prefixed-Message". */
export const FRAME_HEADER_BYTES = 5;

/** Cuts what arrives into messages. */
export class FrameReader {
  private parts: Buffer[] = [];
  private have_bytes = 0;

  constructor(private readonly message_max_bytes: number) {}

  /**
   * @returns the messages that are whole now
   * @throws GrpcError for one that is compressed or too large
   */
  push(bytes: Buffer): Buffer[] {
    this.parts.push(bytes);
    this.have_bytes += bytes.length;
    const messages: Buffer[] = [];
    for (let message = this.next(); message !== undefined; message = this.next()) messages.push(message);
    return messages;
  }

  private next(): Buffer | undefined {
    if (this.have_bytes < FRAME_HEADER_BYTES) return undefined;
    const size = this.size();
    if (this.have_bytes < FRAME_HEADER_BYTES + size) return undefined;
    const whole = this.joined();
    const end = FRAME_HEADER_BYTES + size;
    this.parts = whole.length > end ? [whole.subarray(end)] : [];
    this.have_bytes = whole.length - end;
    return whole.subarray(FRAME_HEADER_BYTES, end);
  }

  /** Only the header is put together while a message arrives in many parts: copying them at each would be quadratic. */
  private size(): number {
    if (this.parts[0]!.length < FRAME_HEADER_BYTES) this.joined();
    const head = this.parts[0]!;
    if (head[0] !== 0) throw new GrpcError(GRPC_CODE.unimplemented, 'compressed messages are not taken');
    const size = head.readUInt32BE(1);
    if (size <= this.message_max_bytes) return size;
    const limit = `message of ${size} bytes is larger than ${this.message_max_bytes}`;
    throw new GrpcError(GRPC_CODE.resourceExhausted, limit);
  }

  private joined(): Buffer {
    if (this.parts.length > 1) this.parts = [Buffer.concat(this.parts)];
    return this.parts[0]!;
  }
}
