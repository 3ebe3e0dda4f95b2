import { type Duplex, PassThrough, type Readable, Writable } from 'node:stream';
import { SpdyConnection, type SpdyStream } from '../spdy/connection.js';
import type { Status } from '../status-error.js';
import { type Channels, type ResizeListener, TerminalSize } from './channels.js';

/** Kubernetes' remote command over SPDY, which kubectl spoke before 1.31: a stream for each channel, named by a header. */
export const SPDY_COMMAND_PROTOCOL = 'v4.channel.k8s.io';

/** What a client may send ahead of the program that reads it. */
const STDIN_BYTES_MAX = 64 * 1024;

/** Calls back once the client has opened every stream that it said it would. */
export function acceptSpdyChannels(
  transport: Duplex,
  expected: ReadonlySet<string>,
  ready: (channels: Channels) => void,
): void {
  const streams = new Map<string, SpdyStream>();
  const early = new PassThrough({ highWaterMark: STDIN_BYTES_MAX });
  const size = new TerminalSize();
  // The caller's going ends it; nobody else needs to hear.
  early.on('error', () => {});
  early.on('drain', () => transport.resume());
  transport.on('close', () => early.destroy());
  new SpdyConnection(transport, (stream) => {
    const name = stream.headers.get('streamtype') ?? '';
    if (streams.has(name)) return;
    streams.set(name, stream);
    if (name === 'stdin') {
      stream.onData = (payload) => {
        // SPDY's own flow control is not used here, so the whole connection waits.
        if (!early.writableEnded && !early.write(payload)) transport.pause();
      };
      stream.onEnd = () => early.end();
    } else if (name === 'resize') stream.onData = (payload) => size.set(payload.toString());
    if ([...expected].every((each) => streams.has(each))) ready(new SpdyChannels(transport, streams, early, size));
  });
}

class SpdyChannels implements Channels {
  readonly stdout: Writable;
  readonly stderr: Writable;

  constructor(
    private readonly transport: Duplex,
    private readonly streams: ReadonlyMap<string, SpdyStream>,
    readonly stdin: Readable,
    private readonly size: TerminalSize,
  ) {
    this.stdout = this.output('stdout');
    this.stderr = this.output('stderr');
  }

  onResize(listener: ResizeListener): void {
    this.size.onResize(listener);
  }

  finish(status: Status | Pick<Status, 'metadata' | 'status'>): void {
    const error = this.streams.get('error');
    error?.write(Buffer.from(JSON.stringify(status)));
    for (const [name, stream] of this.streams) if (name !== 'stdin' && name !== 'resize') stream.end();
    this.transport.end();
  }

  private output(name: string): Writable {
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        const stream = this.streams.get(name);
        if (stream === undefined || stream.write(chunk)) done();
        else this.transport.once('drain', () => done());
      },
    });
  }
}
