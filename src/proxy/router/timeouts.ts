import { isGrpc } from '../http/grpc-reply.js';
import type { HttpStream } from '../http/http-stream.js';
import type { ForwardAction } from '../route/forward-action.js';
import { grpcTimeout_ms } from '../route/grpc-timeout.js';

/** Milliseconds; 0 for none. */
export interface RequestTimeouts {
  readonly global_ms: number;
  readonly perTry_ms: number;
  /** Without anything of the answer. */
  readonly perTryIdle_ms: number;
  /** What the upstream is told to expect, when so much time has passed: the try's own limit, or what is left of all. */
  readonly expected_ms: (passed_ms: number) => number;
  /** The upstream is told by `grpc-timeout`, too. */
  readonly grpc: boolean;
}

/** What Envoy's router takes besides and this one has no use for; an upstream has none either. */
const UNUSED = [
  'x-envoy-hedge-on-per-try-timeout',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-upstream-stream-duration-ms',
];

/**
 * The route's timeouts, or those that a request from within asks for. Takes the headers that ask.
 * @param respectsExpected what a proxy before this one expects counts as asked for
 */
export function timeoutsOf(stream: HttpStream, action: ForwardAction, respectsExpected: boolean): RequestTimeouts {
  const grpc = action.grpcTimeoutMax_ms !== undefined && isGrpc(stream.headers.get('content-type'));
  // A route that says how long a stream may be has no other timeout.
  const own_ms = action.streamDuration === undefined ? action.timeout_ms : 0;
  let global_ms = grpc ? grpcTimeoutOf(stream, action) : own_ms;
  let perTry_ms = action.retry?.perTryTimeout_ms ?? 0;
  const perTryIdle_ms = action.retry?.perTryIdleTimeout_ms ?? 0;
  if (stream.internal) {
    const expects = respectsExpected ? asked(stream, 'x-envoy-expected-rq-timeout-ms') : undefined;
    const asks = asked(stream, 'x-envoy-upstream-rq-timeout-ms');
    global_ms = expects ?? asks ?? global_ms;
    perTry_ms = asked(stream, 'x-envoy-upstream-rq-per-try-timeout-ms') ?? perTry_ms;
    for (const name of UNUSED) stream.headers.delete(name);
  }
  if (global_ms > 0 && perTry_ms >= global_ms) perTry_ms = 0;
  const expected_ms =
    perTry_ms > 0
      ? (): number => perTry_ms
      : (passed_ms: number): number => (global_ms === 0 ? 0 : Math.max(1, Math.ceil(global_ms - passed_ms)));
  return { global_ms, perTry_ms, perTryIdle_ms, expected_ms, grpc };
}

/** What a gRPC client asks for, less the offset, up to the most that the route grants; 0 is without end. */
function grpcTimeoutOf(stream: HttpStream, action: ForwardAction): number {
  const most_ms = action.grpcTimeoutMax_ms!;
  let asked_ms = grpcTimeout_ms(stream.headers.get('grpc-timeout')) ?? 0;
  if (action.grpcTimeoutOffset_ms < asked_ms) asked_ms -= action.grpcTimeoutOffset_ms;
  return most_ms > 0 && (asked_ms === 0 || asked_ms > most_ms) ? most_ms : asked_ms;
}

function asked(stream: HttpStream, name: string): number | undefined {
  const value = stream.headers.get(name);
  if (value === undefined) return undefined;
  stream.headers.delete(name);
  return /^\d+$/.test(value) ? Number(value) : undefined;
}
