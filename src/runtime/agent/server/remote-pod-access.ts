import { once } from 'node:events';
import net from 'node:net';
import { Duplex, PassThrough, Readable } from 'node:stream';
import { messageOf } from '../../../base/errors.js';
import { ApiError } from '../../../client/client.js';
import type {
  AttachOptions,
  ByteStream,
  ExecOptions,
  ExitStatus,
  LogOptions,
  PodAccess,
  PodAddress,
  ProcessStreams,
} from '../../../resources/core/pod-access.js';
import { FRAME, type Frame, readFrames, sendAll, writeChunk, writeFrame } from './frames.js';
import { errorOf, type PodRequest } from './pod-request.js';

interface Call {
  readonly socket: net.Socket;
  readonly frames: AsyncGenerator<Frame>;
}

/** {@link PodAccess} by way of the node agents' sockets. */
export class RemotePodAccess implements PodAccess {
  /** @param socketOf path of the socket of a node's agent; undefined for a node that is not ours */
  constructor(private readonly socketOf: (node: string) => string | undefined) {}

  async logs(pod: PodAddress, options: LogOptions): Promise<Readable> {
    const call = await this.open({ call: 'logs', pod, options });
    await accepted(call);
    const stream = Readable.from(bytesOf(call), { objectMode: false });
    stream.once('close', () => call.socket.destroy());
    return stream;
  }

  async connect(pod: PodAddress, port: number): Promise<ByteStream> {
    const call = await this.open({ call: 'connect', pod, port });
    await accepted(call);
    const { socket } = call;
    const toPod = new PassThrough();
    void sendAll(toPod, socket, FRAME.stdin).then(
      () => writeFrame(socket, FRAME.stdinEnd),
      () => socket.destroy(),
    );
    const stream = Duplex.from({ readable: Readable.from(bytesOf(call), { objectMode: false }), writable: toPod });
    stream.once('close', () => socket.destroy());
    return stream;
  }

  exec(pod: PodAddress, options: ExecOptions, streams: ProcessStreams): Promise<ExitStatus> {
    return this.run({ call: 'exec', pod, options, stdin: streams.stdin !== undefined }, streams);
  }

  attach(pod: PodAddress, options: AttachOptions, streams: ProcessStreams): Promise<ExitStatus> {
    return this.run({ call: 'attach', pod, options, stdin: streams.stdin !== undefined }, streams);
  }

  private async run(request: PodRequest, streams: ProcessStreams): Promise<ExitStatus> {
    const { socket, frames } = await this.open(request);
    if (streams.stdin) {
      // A caller whose input breaks off is gone; one whose input ends may still want the answer.
      void sendAll(streams.stdin, socket, FRAME.stdin).then(
        () => writeFrame(socket, FRAME.stdinEnd),
        () => socket.destroy(),
      );
    }
    streams.onResize?.((size) => void writeFrame(socket, FRAME.resize, JSON.stringify(size)));
    try {
      for await (const { type, payload } of frames) {
        if (type === FRAME.stdout && streams.stdout) await writeChunk(streams.stdout, payload);
        else if (type === FRAME.stderr && streams.stderr) await writeChunk(streams.stderr, payload);
        else if (type === FRAME.exit) return JSON.parse(payload.toString()) as ExitStatus;
        else if (type === FRAME.failed) throw errorOf(payload.toString());
      }
    } finally {
      socket.destroy();
    }
    throw lost(request.pod.node);
  }

  private async open(request: PodRequest): Promise<Call> {
    const { node } = request.pod;
    const path = this.socketOf(node);
    if (path === undefined) throw new ApiError(404, 'NotFound', `nodes "${node}" not found`);
    const socket = net.connect({ path, allowHalfOpen: true });
    try {
      await once(socket, 'connect');
    } catch (error) {
      const message = `cannot reach the agent of node ${node}: ${messageOf(error)}`;
      throw new ApiError(503, 'ServiceUnavailable', message);
    }
    socket.on('error', () => {});
    await writeFrame(socket, FRAME.request, JSON.stringify(request));
    return { socket, frames: readFrames(socket) };
  }
}

async function accepted({ socket, frames }: Call): Promise<void> {
  const first = await frames.next();
  if (!first.done && first.value.type === FRAME.accepted) return;
  socket.destroy();
  if (!first.done && first.value.type === FRAME.failed) throw errorOf(first.value.payload.toString());
  throw lost('');
}

async function* bytesOf({ socket, frames }: Call): AsyncGenerator<Buffer> {
  try {
    for await (const { type, payload } of frames) {
      if (type === FRAME.stdout) yield payload;
      else if (type === FRAME.exit) return;
      else if (type === FRAME.failed) throw errorOf(payload.toString());
    }
  } finally {
    socket.destroy();
  }
}

function lost(node: string): ApiError {
  return new ApiError(500, 'InternalError', `the connection to the agent of node ${node} broke`);
}
