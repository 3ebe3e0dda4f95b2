import { TrysailError } from '../base/errors.js';

export type StoreErrorCode = 'CONFLICT' | 'EXPIRED' | 'FUTURE_REVISION' | 'TOO_LARGE' | 'CLOSED' | 'JOURNAL_FAILED';

/** A refused or failed operation of the store; nothing was written. */
export class StoreError extends TrysailError {
  declare readonly code: StoreErrorCode;
  /** With `CONFLICT`: the key whose revision was not the expected one. */
  readonly key?: string;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions & { key?: string }) {
    super(code, message, undefined, options);
    if (options?.key !== undefined) this.key = options.key;
  }
}
