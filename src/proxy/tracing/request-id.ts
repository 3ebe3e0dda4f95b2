/** Where the reason stands in a version 4 UUID: the digit of the version. */
const REASON_AT = 14;
const UUID_LENGTH = 36;

/** Why a request is traced, as its id says it: Envoy's digits. */
export type TraceReason = 'none' | 'sampling' | 'client' | 'forced';

const DIGITS: Readonly<Record<TraceReason, string>> = { none: '4', sampling: '9', forced: 'a', client: 'b' };

/** What an id says; `none` for one that is not an id of ours. */
export function reasonOf(id: string | undefined): TraceReason {
  if (id === undefined || id.length !== UUID_LENGTH) return 'none';
  switch (id.charCodeAt(REASON_AT)) {
    case 57:
      return 'sampling';
    case 97:
      return 'forced';
    case 98:
      return 'client';
    default:
      return 'none';
  }
}

/** Whether a request with this id is traced. */
export function sampledBy(id: string | undefined): boolean {
  return reasonOf(id) !== 'none';
}

/** The id with another reason; the same when it is not an id of ours. */
export function withReason(id: string, reason: TraceReason): string {
  if (id.length !== UUID_LENGTH) return id;
  return id.slice(0, REASON_AT) + DIGITS[reason] + id.slice(REASON_AT + 1);
}

/** A number that all who see the id agree on; undefined for what does not begin with eight hexadecimal digits. */
export function idNumber(id: string | undefined): number | undefined {
  if (id === undefined || !/^[\da-f]{8}/i.test(id)) return undefined;
  return Number.parseInt(id.slice(0, 8), 16);
}
