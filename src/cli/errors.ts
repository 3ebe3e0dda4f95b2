import { codeOf, messageOf, TrysailError } from '../base/errors.js';

/** A command that cannot do what it was asked for. */
export class CliError extends TrysailError {}

export const EXIT_FAILURE = 1;
/** The command line itself was wrong. */
export const EXIT_USAGE = 2;

const NOT_RUNNING_CODES = new Set(['ECONNREFUSED', 'ENOENT']);

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
  const cause = error instanceof Error ? error.cause : undefined;
  if (NOT_RUNNING_CODES.has(codeOf(cause) ?? '') || codeOf(error) === 'ECONNREFUSED') {
    return 'The mesh does not answer; `trysail status` says whether it runs, `trysail up` starts it.';
  }
  return undefined;
}
