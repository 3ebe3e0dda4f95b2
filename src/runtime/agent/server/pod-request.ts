import { messageOf } from '../../../base/errors.js';
import { ApiError } from '../../../client/client.js';
import type { AttachOptions, ExecOptions, LogOptions, PodAddress } from '../../../resources/core/pod-access.js';

/** The first frame of a call. */
export type PodRequest =
  | { readonly call: 'logs'; readonly pod: PodAddress; readonly options: LogOptions }
  | { readonly call: 'exec'; readonly pod: PodAddress; readonly options: ExecOptions; readonly stdin: boolean }
  | { readonly call: 'attach'; readonly pod: PodAddress; readonly options: AttachOptions; readonly stdin: boolean }
  | { readonly call: 'connect'; readonly pod: PodAddress; readonly port: number };

export function errorText(error: unknown): string {
  if (!(error instanceof ApiError))
    return JSON.stringify({ status: 500, reason: 'InternalError', message: messageOf(error) });
  const { status, reason, message } = error;
  return JSON.stringify({ status, reason, message });
}

export function errorOf(text: string): ApiError {
  const { status, reason, message } = JSON.parse(text) as { status: number; reason: string; message: string };
  return new ApiError(status, reason, message);
}
