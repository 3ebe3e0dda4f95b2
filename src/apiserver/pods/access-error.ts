import { TrysailError } from '../../base/errors.js';
import type { PodAccessRefusal } from '../../resources/core/pod-access.js';
import { badRequest, internalError, StatusError } from '../status-error.js';

/** What the node said, for the caller: refusals of its own are bad requests, all else is a failure inside. */
export function accessError(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  if (isRefusal(error)) return new StatusError(error.status, error.reason, error.message);
  if (error instanceof TrysailError) return badRequest(error.hint ? `${error.message}. ${error.hint}` : error.message);
  return internalError(error instanceof Error ? error.message : String(error));
}

function isRefusal(error: unknown): error is PodAccessRefusal {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' && 'reason' in error;
}
