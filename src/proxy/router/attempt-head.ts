import type { HttpStream } from '../http/http-stream.js';
import { formatGrpcTimeout } from '../route/grpc-timeout.js';
import type { ForwardAction } from '../route/route-action.js';
import type { RouterOptions } from './router-options.js';
import type { RequestTimeouts } from './timeouts.js';

/** Sets what the head of one attempt says beside the request's own fields. */
export function prepareAttempt(
  stream: HttpStream,
  action: ForwardAction,
  timeouts: RequestTimeouts,
  options: RouterOptions,
  hostname: string,
  passed_ms: number,
): void {
  const { headers } = stream;
  if (action.autoHostRewrite && hostname !== '') {
    if (action.appendXForwardedHost) headers.set('x-forwarded-host', stream.host);
    if (!options.suppressEnvoyHeaders) headers.set('x-envoy-original-host', stream.host);
    headers.set('host', hostname);
  }
  if (stream.route!.virtualHost.countAttempts) headers.set('x-envoy-attempt-count', String(stream.attempts));
  const expected_ms = timeouts.expected_ms(passed_ms);
  if (expected_ms === 0) return;
  if (timeouts.grpc) headers.set('grpc-timeout', formatGrpcTimeout(expected_ms));
  if (!options.suppressEnvoyHeaders) headers.set('x-envoy-expected-rq-timeout-ms', String(expected_ms));
}

/** Sets what the head of the answer says beside the upstream's own fields. */
export function prepareAnswer(stream: HttpStream, options: RouterOptions, took_ms: number): void {
  const headers = stream.responseHeaders!;
  if (!options.suppressEnvoyHeaders && stream.requestDone)
    headers.set('x-envoy-upstream-service-time', String(Math.floor(took_ms)));
  if (stream.route!.virtualHost.countAttemptsInResponse) headers.set('x-envoy-attempt-count', String(stream.attempts));
  stream.choice?.mutateResponse?.(headers, stream);
}
