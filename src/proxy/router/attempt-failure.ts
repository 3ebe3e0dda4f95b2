import { FLAG } from '../http/response-flags.js';
import type { PoolFailure } from '../pool/connection-pool.js';
import type { ResetReason } from '../pool/upstream-stream.js';
import type { AttemptFailure } from './retry-state.js';

/** Why an attempt got no answer, in Envoy's words. */
export interface FailureKind {
  /** What retry policies name. */
  readonly retry: AttemptFailure;
  readonly status: number;
  readonly reason: string;
  /** Of the access log. */
  readonly flag: number;
}

const OVERFLOW: FailureKind = { retry: 'overflow', status: 503, reason: 'overflow', flag: FLAG.overflow };
const CONNECTION_FAILURE: FailureKind = {
  retry: 'connect',
  status: 503,
  reason: 'remote connection failure',
  flag: FLAG.connectionFailure,
};
const CONNECTION_TIMEOUT: FailureKind = { ...CONNECTION_FAILURE, reason: 'connection timeout' };
const PROTOCOL_ERROR: FailureKind = {
  retry: 'protocol',
  status: 502,
  reason: 'protocol error',
  flag: FLAG.upstreamProtocolError,
};
const CONNECTION_TERMINATION: FailureKind = {
  retry: 'reset',
  status: 503,
  reason: 'connection termination',
  flag: FLAG.connectionTermination,
};

const STREAM_RESET: FailureKind = { retry: 'reset', status: 503, reason: 'remote reset', flag: FLAG.upstreamReset };
const STREAM_REFUSED: FailureKind = {
  retry: 'refused',
  status: 503,
  reason: 'remote refused stream reset',
  flag: FLAG.upstreamReset,
};

export function poolFailure(failure: PoolFailure): FailureKind {
  if (failure === 'overflow' || failure === 'pending_overflow') return OVERFLOW;
  return failure === 'connection_timeout' ? CONNECTION_TIMEOUT : CONNECTION_FAILURE;
}

export function resetFailure(reason: ResetReason): FailureKind {
  switch (reason) {
    case 'protocol_error':
      return PROTOCOL_ERROR;
    case 'stream_reset':
      return STREAM_RESET;
    case 'stream_refused':
      return STREAM_REFUSED;
    default:
      return CONNECTION_TERMINATION;
  }
}

/** The body of the answer. */
export function failureBody({ reason }: FailureKind, attempts: number): string {
  const retried = attempts > 1 ? 'retried and the latest ' : '';
  return `upstream connect error or disconnect/reset before headers. ${retried}reset reason: ${reason}`;
}

/** @param transport what the transport says of it; '' for nothing */
export function failureDetails({ reason }: FailureKind, transport: string): string {
  const why = transport === '' ? reason : `${reason}|${transport}`;
  return `upstream_reset_before_response_started{${why.replaceAll(' ', '_')}}`;
}
