import { rm } from 'node:fs/promises';
import net from 'node:net';
import { type Duplex, PassThrough, Writable } from 'node:stream';
import { messageOf } from '../../../base/errors.js';
import type { Logger } from '../../../base/logger.js';
import type { ExitStatus, PodAccess, ProcessStreams } from '../../../resources/core/pod-access.js';
import { FRAME, type Frame, type FrameType, readFrames, sendAll, writeChunk, writeFrame } from './frames.js';
import { errorText, type PodRequest } from './pod-request.js';

/** Calls at once; one that follows a log lasts as long as its reader wants. */
const CALLS_MAX = 1024;

/** Serves a {@link PodAccess} on a Unix socket, which its file's permissions protect. Counterpart: RemotePodAccess. */
export class AgentServer {
  private readonly server: net.Server;
  private readonly sockets = new Set<net.Socket>();

  constructor(
    private readonly options: { readonly access: PodAccess; readonly socketPath: string; readonly logger: Logger },
  ) {
    this.server = net.createServer({ allowHalfOpen: true }, (socket) => this.accept(socket));
    this.server.maxConnections = CALLS_MAX;
  }

  async start(): Promise<void> {
    // What an agent that was killed left behind.
    await rm(this.options.socketPath, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.options.socketPath, resolve);
    });
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private accept(socket: net.Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.sockets.delete(socket));
    this.serve(socket).catch((error: unknown) => {
      this.options.logger.debug('call failed', { error: messageOf(error) });
      socket.destroy();
    });
  }

  private async serve(socket: net.Socket): Promise<void> {
    const frames = readFrames(socket);
    const first = await frames.next();
    if (first.done || first.value.type !== FRAME.request) {
      socket.destroy();
      return;
    }
    const request = JSON.parse(first.value.payload.toString()) as PodRequest;
    try {
      if (request.call === 'logs') await this.logs(request, socket, frames);
      else if (request.call === 'connect') await this.connect(request, socket, frames);
      else await this.run(request, socket, frames);
    } catch (error) {
      await writeFrame(socket, FRAME.failed, errorText(error));
    }
    socket.end();
  }

  private async logs(
    request: PodRequest & { call: 'logs' },
    socket: net.Socket,
    frames: AsyncGenerator<Frame>,
  ): Promise<void> {
    const stream = await this.options.access.logs(request.pod, request.options);
    socket.once('close', () => stream.destroy());
    // A caller that hangs up only half closes, and newer Nodes leave it at that.
    void drain(frames).then(() => socket.destroy());
    await writeFrame(socket, FRAME.accepted);
    await sendAll(stream, socket, FRAME.stdout).catch((error: unknown) => {
      if (!socket.destroyed) throw error;
    });
    await writeFrame(socket, FRAME.exit, JSON.stringify({ exitCode: 0 }));
  }

  private async connect(
    request: PodRequest & { call: 'connect' },
    socket: net.Socket,
    frames: AsyncGenerator<Frame>,
  ): Promise<void> {
    const stream = await this.options.access.connect(request.pod, request.port);
    stream.on('error', () => {});
    socket.once('close', () => (stream as Duplex).destroy());
    await writeFrame(socket, FRAME.accepted);
    const incoming = (async () => {
      for await (const { type, payload } of frames) {
        if (type === FRAME.stdin) await writeChunk(stream, payload);
        else if (type === FRAME.stdinEnd) stream.end();
      }
      stream.end();
    })();
    incoming.catch(() => (stream as Duplex).destroy());
    await sendAll(stream, socket, FRAME.stdout).catch(() => {});
    await writeFrame(socket, FRAME.exit, JSON.stringify({ exitCode: 0 }));
  }

  private async run(
    request: PodRequest & { call: 'exec' | 'attach' },
    socket: net.Socket,
    frames: AsyncGenerator<Frame>,
  ): Promise<void> {
    const stdin = new PassThrough();
    stdin.on('error', () => {});
    const resizes: ((size: { columns: number; rows: number }) => void)[] = [];
    // Input ends by a frame of its own. Frames that end mean that the caller is gone: what reads or waits for it must not go on.
    void takeInput(frames, stdin, resizes).finally(() => stdin.destroy(new Error('the caller went away')));
    socket.once('close', () => stdin.destroy(new Error('the caller went away')));
    const streams: ProcessStreams = {
      ...(request.stdin ? { stdin } : {}),
      stdout: frameWriter(socket, FRAME.stdout),
      ...(request.options.tty ? {} : { stderr: frameWriter(socket, FRAME.stderr) }),
      onResize: (listener) => resizes.push(listener),
    };
    const { access } = this.options;
    const status: ExitStatus =
      request.call === 'exec'
        ? await access.exec(request.pod, request.options, streams)
        : await access.attach(request.pod, request.options, streams);
    await writeFrame(socket, FRAME.exit, JSON.stringify(status));
  }
}

async function takeInput(
  frames: AsyncGenerator<Frame>,
  stdin: PassThrough,
  resizes: readonly ((size: { columns: number; rows: number }) => void)[],
): Promise<void> {
  try {
    for await (const { type, payload } of frames) {
      if (type === FRAME.stdin) await writeChunk(stdin, payload);
      else if (type === FRAME.stdinEnd) stdin.end();
      else if (type === FRAME.resize) {
        const size = JSON.parse(payload.toString()) as { columns: number; rows: number };
        for (const resize of resizes) resize(size);
      }
    }
  } catch {
    // The connection broke.
  }
}

async function drain(frames: AsyncGenerator<Frame>): Promise<void> {
  try {
    for await (const _ of frames);
  } catch {
    // The connection broke.
  }
}

function frameWriter(socket: net.Socket, type: FrameType): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      void sendAll([chunk] as unknown as AsyncIterable<Buffer>, socket, type).then(() => done(), done);
    },
  });
}
