import { codeOf, messageOf } from '../../base/errors.js';
import type { Node } from '../types/gen/envoy/config/core/v3/base_pb.js';
import type { CallHandler, GrpcCall } from './grpc/call.js';
import { GRPC_CODE, GrpcError } from './grpc/status.js';
import { type SessionOptions, StreamSession } from './stream-session.js';
import type { Push } from './type-state.js';
import type { Wire, WireRequest } from './wire.js';

export interface AdsStreamOptions extends Omit<SessionOptions, 'send'> {
  readonly wire: Wire;
  readonly call: GrpcCall;
  /** The sessions to tell of changes; the stream's is in it while it lives. */
  readonly sessions: Set<StreamSession>;
  readonly onClosed: () => void;
}

/** One call of a client: its requests to a session, and what the session sends to the call. */
export class AdsStream implements CallHandler {
  private session: StreamSession | undefined;

  constructor(private readonly options: AdsStreamOptions) {}

  /** @throws GrpcError when the client breaks the protocol or a limit */
  message(body: Uint8Array): void {
    const { typeUrl, node, request } = this.read(body);
    if (typeUrl === '') throw new GrpcError(GRPC_CODE.invalidArgument, 'a request needs a type_url');
    this.session ??= this.open(node);
    if (request === undefined) return;
    try {
      this.session.handle(request);
    } catch (error) {
      const code = codeOf(error) === 'XDS_LIMIT' ? GRPC_CODE.resourceExhausted : GRPC_CODE.internal;
      throw new GrpcError(code, messageOf(error));
    }
  }

  closed(): void {
    const { session } = this;
    this.session = undefined;
    if (session !== undefined) {
      this.options.sessions.delete(session);
      session.end();
    }
    this.options.onClosed();
  }

  private read(body: Uint8Array): WireRequest {
    try {
      return this.options.wire.read(body);
    } catch (error) {
      throw new GrpcError(GRPC_CODE.invalidArgument, `cannot read the request: ${messageOf(error)}`);
    }
  }

  private open(node: Node | undefined): StreamSession {
    if (!node?.id) throw new GrpcError(GRPC_CODE.invalidArgument, 'the first request needs a node with an id');
    const { source, observer, clock, sessions } = this.options;
    const session = new StreamSession(node, { source, observer, clock, send: (push, nonce) => this.send(push, nonce) });
    sessions.add(session);
    return session;
  }

  /**
   * Of each type one response waits for its answer, so what a client that does not read leaves here is bounded; when it reads
   * again it gets what holds then, not what it missed.
   */
  private send(push: Push, nonce: string): boolean {
    const frame = this.options.wire.write(push, nonce);
    if (frame === undefined) return false;
    this.options.call.send(frame);
    return true;
  }
}
