import type { HttpStream } from '../http/http-stream.js';
import type { ForwardAction } from '../route/route-action.js';

/** Milliseconds; 0 for none. */
export interface RequestTimeouts {
  readonly global_ms: number;
  readonly perTry_ms: number;
  /** What the upstream is told to expect, when so much time has passed: the try's own limit, or what is left of all. */
  readonly expected_ms: (passed_ms: number) => number;
}

/** The route's timeouts, or those that a request from within asks for. Takes the headers that ask. */
export function timeoutsOf(stream: HttpStream, action: ForwardAction): RequestTimeouts {
  let global_ms = action.timeout_ms;
  let perTry_ms = action.retry?.perTryTimeout_ms ?? 0;
  if (stream.internal) {
    global_ms = asked(stream, 'x-envoy-upstream-rq-timeout-ms') ?? global_ms;
    perTry_ms = asked(stream, 'x-envoy-upstream-rq-per-try-timeout-ms') ?? perTry_ms;
  }
  if (global_ms > 0 && perTry_ms >= global_ms) perTry_ms = 0;
  if (perTry_ms > 0) return { global_ms, perTry_ms, expected_ms: () => perTry_ms };
  return {
    global_ms,
    perTry_ms,
    expected_ms: (passed_ms) => (global_ms === 0 ? 0 : Math.max(1, Math.ceil(global_ms - passed_ms))),
  };
}

function asked(stream: HttpStream, name: string): number | undefined {
  const value = stream.headers.get(name);
  if (value === undefined) return undefined;
  stream.headers.delete(name);
  return /^\d+$/.test(value) ? Number(value) : undefined;
}
