/** What a thread can be asked: a name, a plain-data argument and a plain-data result each. */
export type Operations = { readonly [name: string]: (argument: never) => unknown };

export type ArgumentOf<T extends Operations, K extends keyof T> = Parameters<T[K]>[0];
export type ResultOf<T extends Operations, K extends keyof T> = Awaited<ReturnType<T[K]>>;

export interface Request {
  /** 0: the caller waits in place and reads the answer from the port. */
  readonly id: number;
  readonly operation: string;
  readonly argument: unknown;
}

/** What a thread answers: a result or an error. */
export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: ThrownError;
}

/** An error on its way between threads, where classes are lost. */
export interface ThrownError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}
