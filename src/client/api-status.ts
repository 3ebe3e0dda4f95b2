import { messageOf } from '../base/errors.js';
import { ApiError } from './client.js';

/** The parts of a Kubernetes Status that an error carries. */
interface Status {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: unknown;
}

export function isStatus(value: unknown): value is Status {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'Status';
}

/** @param fallbackCode the HTTP status, for a Status that does not repeat it */
export function errorOfStatus(status: Status, fallbackCode = 500): ApiError {
  const { code = fallbackCode, reason = 'Unknown', message = `the server answered ${code}`, details } = status;
  return new ApiError(code, reason, message, details);
}

/** Whatever a call threw, as an ApiError. */
export function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (isStatus(status)) return errorOfStatus(status);
  return new ApiError(500, 'InternalError', messageOf(error));
}

/** The server could not be reached, or the connection broke: `status` is 0. */
export function unreachable(what: string, error: unknown): ApiError {
  return new ApiError(0, 'Unreachable', `Cannot reach the API server: ${what}: ${messageOf(error)}`);
}

/** A watch that the server ended, as it may at any time. */
export function watchClosed(): ApiError {
  return new ApiError(0, 'WatchClosed', 'The API server closed the watch');
}
