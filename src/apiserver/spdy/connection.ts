import type { Duplex } from 'node:stream';
import { controlFrame, dataFrame, FrameReader, type SpdyFrame, streamOf, TYPE, uint32 } from './frames.js';
import { EmptyHeaderWriter, HeaderReader } from './header-block.js';

/** After the ids of stream and associated stream, priority and slot. */
const SYN_STREAM_HEADERS_AT = 10;
/** Two for each forwarded connection. */
const STREAMS_MAX = 2_000;
const RST_REFUSED_STREAM = 3;

/** One stream that the client opened. */
export class SpdyStream {
  onData: (payload: Buffer) => void = () => {};
  /** The client sends no more. */
  onEnd: () => void = () => {};
  /** The client, or the whole connection, gave the stream up. */
  onReset: () => void = () => {};

  constructor(
    readonly id: number,
    readonly headers: ReadonlyMap<string, string>,
    private readonly connection: SpdyConnection,
  ) {}

  /** @returns false when the caller should wait for the connection's `drain` */
  write(payload: Buffer): boolean {
    return this.connection.write(dataFrame(this.id, payload));
  }

  end(): void {
    this.connection.write(dataFrame(this.id, Buffer.alloc(0), true));
  }
}

/** The server's side of SPDY/3.1 without flow control, as Kubernetes' programs speak it: the transport's own must do. */
export class SpdyConnection {
  private readonly streams = new Map<number, SpdyStream>();
  private readonly frames = new FrameReader();
  private readonly headers = new HeaderReader();
  private readonly replies = new EmptyHeaderWriter();

  constructor(
    readonly transport: Duplex,
    private readonly onStream: (stream: SpdyStream) => void,
  ) {
    transport.on('data', (chunk: Buffer) => this.receive(chunk));
    transport.on('error', () => transport.destroy());
    transport.on('end', () => transport.end());
    transport.on('close', () => this.resetAll());
  }

  write(frame: Buffer): boolean {
    return this.transport.destroyed || this.transport.writableEnded || this.transport.write(frame);
  }

  /** The stream is not used any more. */
  forget(stream: SpdyStream): void {
    this.streams.delete(stream.id);
  }

  private receive(chunk: Buffer): void {
    try {
      for (const frame of this.frames.read(chunk)) this.take(frame);
    } catch {
      // The client speaks something else, and there is no way to tell it what.
      this.transport.destroy();
    }
  }

  private take(frame: SpdyFrame): void {
    const { payload } = frame;
    if (frame.kind === 'data') {
      const stream = this.streams.get(frame.stream);
      if (payload.length > 0) stream?.onData(payload);
      if (frame.isLast) stream?.onEnd();
    } else if (frame.type === TYPE.synStream) {
      this.open(payload, frame.isLast);
    } else if (frame.type === TYPE.rstStream) {
      const stream = this.streams.get(streamOf(payload));
      this.streams.delete(streamOf(payload));
      stream?.onReset();
    } else if (frame.type === TYPE.ping) {
      this.write(controlFrame(TYPE.ping, payload));
    } else if (frame.type === TYPE.goAway) {
      this.transport.end();
    }
  }

  private open(payload: Buffer, isLast: boolean): void {
    const id = streamOf(payload);
    // Read in any case: the next block refers to it.
    const headers = this.headers.read(payload.subarray(SYN_STREAM_HEADERS_AT));
    if (this.streams.size >= STREAMS_MAX) {
      this.write(controlFrame(TYPE.rstStream, Buffer.concat([uint32(id), uint32(RST_REFUSED_STREAM)])));
      return;
    }
    const stream = new SpdyStream(id, headers, this);
    this.streams.set(id, stream);
    this.write(controlFrame(TYPE.synReply, Buffer.concat([uint32(id), this.replies.write()])));
    this.onStream(stream);
    if (isLast) stream.onEnd();
  }

  private resetAll(): void {
    const streams = [...this.streams.values()];
    this.streams.clear();
    for (const stream of streams) stream.onReset();
  }
}
