import { Code, ConnectError } from '@connectrpc/connect';
import { BoundedQueue } from '../../base/bounded-queue.js';
import { codeOf, messageOf } from '../../base/errors.js';
import type { Node } from '../types/gen/envoy/config/core/v3/base_pb.js';
import { PENDING_RESPONSES_MAX } from './limits.js';
import { type SessionOptions, StreamSession } from './stream-session.js';
import type { Wire } from './wire.js';

export interface StreamOptions extends Omit<SessionOptions, 'send'> {
  /** The set of sessions to tell of changes; the stream is in it while it lives. */
  readonly sessions: Set<StreamSession>;
  readonly signal: AbortSignal;
}

/**
 * Serves one stream: requests are read and acted on as they come, responses are handed out as the transport can write them.
 * @throws ConnectError to the client, when it breaks the protocol or a limit
 */
export async function* serveStream<Request extends { typeUrl: string }, Response>(
  wire: Wire<Request, Response>,
  requests: AsyncIterable<Request>,
  options: StreamOptions,
): AsyncGenerator<Response> {
  const stream = new ServerStream(wire, options);
  const wake = (): void => stream.end();
  options.signal.addEventListener('abort', wake);
  void stream.read(requests);
  try {
    yield* stream.responses();
  } finally {
    options.signal.removeEventListener('abort', wake);
    stream.end();
  }
}

class ServerStream<Request extends { typeUrl: string }, Response> {
  private readonly queue = new BoundedQueue<Response>(PENDING_RESPONSES_MAX);
  private session: StreamSession | undefined;
  private ended = false;
  private failure: ConnectError | undefined;
  private wake: () => void = () => {};

  constructor(
    private readonly wire: Wire<Request, Response>,
    private readonly options: StreamOptions,
  ) {}

  async read(requests: AsyncIterable<Request>): Promise<void> {
    try {
      for await (const request of requests) {
        if (this.ended) break;
        this.handle(request);
      }
    } catch (error) {
      this.failure ??= asConnectError(error);
    } finally {
      this.end();
    }
  }

  async *responses(): AsyncGenerator<Response> {
    for (;;) {
      const response = this.queue.shift();
      if (response !== undefined) yield response;
      else if (this.ended) break;
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
    if (this.failure !== undefined) throw this.failure;
  }

  end(): void {
    this.ended = true;
    this.wake();
    if (this.session === undefined) return;
    this.options.sessions.delete(this.session);
    this.session.end();
    this.session = undefined;
  }

  private handle(request: Request): void {
    if (request.typeUrl === '') throw new ConnectError('a request needs a type_url', Code.InvalidArgument);
    this.session ??= this.open(this.wire.node(request));
    const read = this.wire.read(request);
    if (read !== undefined) this.session.handle(read);
  }

  private open(node: Node | undefined): StreamSession {
    if (!node?.id) throw new ConnectError('the first request needs a node with an id', Code.InvalidArgument);
    const session = new StreamSession(node, {
      source: this.options.source,
      observer: this.options.observer,
      clock: this.options.clock,
      send: (push, nonce) => this.enqueue(this.wire.write(push, nonce)),
    });
    this.options.sessions.add(session);
    return session;
  }

  private enqueue(response: Response | undefined): boolean {
    if (response === undefined) return false;
    if (!this.queue.push(response)) throw new ConnectError('the stream does not read', Code.ResourceExhausted);
    this.wake();
    return true;
  }
}

function asConnectError(error: unknown): ConnectError {
  if (error instanceof ConnectError) return error;
  const code = codeOf(error) === 'XDS_LIMIT' ? Code.ResourceExhausted : Code.Internal;
  return new ConnectError(messageOf(error), code);
}
