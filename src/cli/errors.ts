import { messageOf, TrysailError } from '../base/errors.js';
import { ApiError } from '../client/client.js';

/** A command that cannot do what it was asked for. */
export class CliError extends TrysailError {}

export const EXIT_FAILURE = 1;
/** The command line itself was wrong. */
export const EXIT_USAGE = 2;

/** What a person sees of a failure: one line that starts with `error:`, and one with what to do where that is known. */
export function describeFailure(error: unknown): string {
  const message = messageOf(error)
    .trim()
    .replace(/\s*\n\s*/g, '; ');
  const hint = hintOf(error);
  return `error: ${message}\n${hint === undefined ? '' : `hint: ${hint}\n`}`;
}

function hintOf(error: unknown): string | undefined {
  if (error instanceof TrysailError) return error.hint;
  if (error instanceof ApiError && error.reason === 'Unreachable') {
    return '`trysail status` says whether the mesh runs, `trysail up` starts it.';
  }
  return undefined;
}
