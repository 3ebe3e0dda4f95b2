import type { HeaderMap } from '../../wire/http1/index.js';
import type { HttpStream } from '../http/http-stream.js';
import type { HeaderPredicate, RequestHeaders } from '../matching/header-matcher.js';
import { parseRetryOn, RETRY_ON, type RetryPolicy } from '../route/retry-policy.js';
import type { AttemptFailure } from './retry-state.js';

const GRPC_CONDITIONS: readonly (readonly [number, string])[] = [
  [RETRY_ON.cancelled, '1'],
  [RETRY_ON['deadline-exceeded'], '4'],
  [RETRY_ON['resource-exhausted'], '8'],
  [RETRY_ON.internal, '13'],
  [RETRY_ON.unavailable, '14'],
];

/** What of a request's attempts is to be tried again: the route's policy, and what a request from within asks for. */
export interface RetryConditions {
  readonly on: number;
  readonly retries: number;
  readonly statusCodes: readonly number[];
  readonly headers: readonly HeaderPredicate[];
}

const NO_CODES: readonly number[] = [];
const NO_HEADERS: readonly HeaderPredicate[] = [];
const ASKING = [
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
] as const;

/** @returns undefined when nothing may be retried. Takes the headers that ask. */
export function conditionsOf(stream: HttpStream, policy: RetryPolicy | undefined): RetryConditions | undefined {
  const asked = stream.internal ? askedBy(stream) : undefined;
  let on = (policy?.on ?? 0) | (asked?.on ?? 0);
  if (policy !== undefined && policy.requestHeaders.length > 0) {
    if (!policy.requestHeaders.some((matches) => matches(stream))) on = 0;
  }
  if (on === 0) return undefined;
  if (asked === undefined) {
    return {
      on,
      retries: policy!.retries,
      statusCodes: policy!.statusCodes,
      headers: policy!.retriableHeaders,
    };
  }
  return {
    on,
    retries: asked.retries ?? policy?.retries ?? 1,
    statusCodes: [...(policy?.statusCodes ?? NO_CODES), ...asked.statusCodes],
    headers: [...(policy?.retriableHeaders ?? NO_HEADERS), ...asked.headers],
  };
}

function askedBy({
  headers,
}: HttpStream): (Omit<RetryConditions, 'retries'> & { readonly retries: number | undefined }) | undefined {
  const [on, grpcOn, max, codes, names] = ASKING.map((name) => headers.get(name));
  if (on === undefined && grpcOn === undefined && max === undefined && codes === undefined && names === undefined)
    return undefined;
  for (const name of ASKING) headers.delete(name);
  return {
    on: parseRetryOn(`${on ?? ''},${grpcOn ?? ''}`),
    retries: max !== undefined && /^\d{1,9}$/.test(max) ? Number(max) : undefined,
    statusCodes: list(codes)
      .filter((code) => /^\d{1,9}$/.test(code))
      .map(Number),
    headers: list(names).map((name) => (answer: RequestHeaders) => answer.headers.has(name.toLowerCase())),
  };
}

function list(value: string | undefined): string[] {
  return value === undefined
    ? []
    : value
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== '');
}

/** Whether an answer is one to try again for. */
export function wantsAnswer(
  conditions: RetryConditions,
  stream: RequestHeaders,
  status: number,
  headers: HeaderMap,
): boolean {
  const { on, statusCodes } = conditions;
  if (headers.has('x-envoy-ratelimited')) return (on & RETRY_ON['envoy-ratelimited']) !== 0;
  if ((on & RETRY_ON['5xx']) !== 0 && status >= 500 && status < 600) return true;
  if ((on & RETRY_ON['gateway-error']) !== 0 && status >= 502 && status <= 504) return true;
  if ((on & RETRY_ON['retriable-4xx']) !== 0 && status === 409) return true;
  if ((on & RETRY_ON['retriable-status-codes']) !== 0 && statusCodes.includes(status)) return true;
  if ((on & RETRY_ON['retriable-headers']) !== 0 && wantsHeaders(conditions, stream, headers)) return true;
  const grpc = headers.get('grpc-status');
  return grpc !== undefined && GRPC_CONDITIONS.some(([bit, code]) => (on & bit) !== 0 && grpc === code);
}

function wantsHeaders(conditions: RetryConditions, stream: RequestHeaders, headers: HeaderMap): boolean {
  const { method, path, host, scheme } = stream;
  const answer = { method, path, host, scheme, headers };
  return conditions.headers.some((matches) => matches(answer));
}

/** Whether an attempt without an answer is one to try again for. */
export function wantsFailure({ on }: RetryConditions, failure: AttemptFailure): boolean {
  if (failure === 'overflow') return false;
  if ((on & (RETRY_ON['5xx'] | RETRY_ON['gateway-error'] | RETRY_ON.reset)) !== 0) return true;
  if ((on & RETRY_ON['reset-before-request']) !== 0 && failure === 'connect') return true;
  if ((on & RETRY_ON['refused-stream']) !== 0 && failure === 'refused') return true;
  return (on & RETRY_ON['connect-failure']) !== 0 && failure === 'connect';
}
