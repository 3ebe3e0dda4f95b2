/** The codes of google.rpc.Code, by number. */
export const RPC_CODES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

export const OK = 0;
export const INVALID_ARGUMENT = 3;
export const NOT_FOUND = 5;
export const PERMISSION_DENIED = 7;
export const RESOURCE_EXHAUSTED = 8;
export const FAILED_PRECONDITION = 9;
export const INTERNAL = 13;

/** As google/rpc/code.proto says beside each code. */
const HTTP_STATUS: readonly number[] = [
  200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401,
];

/** What policy says of a request. */
export interface Verdict {
  /** A google.rpc.Code; 0 lets the request pass. */
  readonly code: number;
  /** `no-guests.denier.shop:Not allowed` */
  readonly message: string;
}

export const ALLOWED: Verdict = { code: OK, message: '' };

/** The status of the answer to a request that was refused. */
export function httpStatusOf({ code }: Verdict): number {
  return HTTP_STATUS[code] ?? 500;
}

/** The body of that answer: `PERMISSION_DENIED:no-guests.denier.shop:Not allowed`. */
export function textOf({ code, message }: Verdict): string {
  const name = RPC_CODES[code] ?? String(code);
  return message === '' ? name : `${name}:${message}`;
}
