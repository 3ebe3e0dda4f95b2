import { isObject } from '../json.js';
import { badRequest } from '../status-error.js';

export interface ContinueToken {
  readonly revision: number;
  /** The last key of the page before, without the prefix that the URL gives. */
  readonly after: string;
}

export function encodeContinue(revision: number, after: string): string {
  return Buffer.from(JSON.stringify({ v: 'trysail/v1', rv: revision, start: after })).toString('base64url');
}

export function decodeContinue(token: string): ContinueToken {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (isObject(parsed) && Number.isSafeInteger(parsed['rv']) && typeof parsed['start'] === 'string') {
      return { revision: parsed['rv'] as number, after: parsed['start'] };
    }
  } catch {
    // Falls through to the one answer for every broken token.
  }
  throw badRequest('continue key is not valid: it must come from the answer of the page before');
}
