import { createHash } from 'node:crypto';

/** One answer as a client saw it. */
export interface Answer {
  readonly status: number;
  /** `name: value`, names in lower case, sorted. */
  readonly headers: readonly string[];
  readonly body: string;
  readonly trailers?: readonly string[];
  readonly informational?: readonly string[];
  /** How it ended when it did not come to its end: `closed`, `reset`, `no answer`, or the code of an HTTP/2 reset. */
  readonly ends?: string;
}

const BODY_SHOWN_MAX = 4_096;

/** A body as it is compared: long ones by their length and hash. */
export function bodyText(body: Buffer | string): string {
  if (body.length <= BODY_SHOWN_MAX) return typeof body === 'string' ? body : body.toString('latin1');
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 16);
  return `<${body.length} bytes, SHA-256 ${hash}…>`;
}
