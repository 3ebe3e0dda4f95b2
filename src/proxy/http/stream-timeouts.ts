import type { HttpStream } from './http-stream.js';
import { FLAG } from './response-flags.js';

/** What a gRPC client is told when its request took too long in all. */
const GRPC_DEADLINE_EXCEEDED = 4;

/** The whole request did not come in time. */
export function onRequestTimeout(stream: HttpStream): void {
  stream.manager.stats.counters.downstream_rq_timeout.value++;
  stream.localReply(408, 'request timeout', 0, 'request_overall_timeout');
}

/** Request and answer took too long together. */
export function onDurationTimeout(stream: HttpStream): void {
  stream.manager.stats.counters.downstream_rq_max_duration_reached.value++;
  const details = 'max_duration_timeout';
  stream.localReply(statusOf(stream), 'downstream duration timeout', 0, details, undefined, GRPC_DEADLINE_EXCEEDED);
}

/** Nothing happened for too long. */
export function onIdleTimeout(stream: HttpStream): void {
  stream.manager.stats.counters.downstream_rq_idle_timeout.value++;
  stream.localReply(statusOf(stream), 'stream timeout', FLAG.streamIdleTimeout, 'stream_idle_timeout');
}

/** Who is slow: the upstream, or a client that has not sent all of its request. */
function statusOf({ requestDone }: HttpStream): number {
  return requestDone ? 504 : 408;
}
