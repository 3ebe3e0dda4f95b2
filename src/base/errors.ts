/**
 * The root of every error that Trysail raises on purpose. Each room has one subclass; `code` is stable and may be tested,
 * the message is for people: what was wrong, where, and what to do about it.
 */
export class TrysailError extends Error {
  /**
   * @param code upper-case words with underscores, for example `PORT_IN_USE`
   * @param message what was wrong and where
   * @param hint what to do about it, one sentence
   */
  constructor(
    readonly code: string,
    message: string,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node or Trysail error, if it has one. */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}
