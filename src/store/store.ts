import type { Disposable } from '../base/dispose.js';

/**
 * A revisioned key-value store. Each write transaction gets one revision, the next integer; reads and watches see it only once
 * it is durable. Values are shared with every reader: they are frozen, deeply, when written.
 */
export interface Store<T> {
  /** The last visible revision. */
  readonly revision: number;
  get(key: string): Entry<T> | undefined;
  /** Entries in order of their keys, as they were at one revision. Throws `EXPIRED` where that revision is compacted. */
  range(query: RangeQuery): Range<T>;
  /**
   * Applies all changes or none. Resolves with the revision once they are durable.
   * Throws `CONFLICT` at once where an expectation fails; writes still on their way to the disk count.
   */
  write(changes: readonly Change<T>[]): Promise<number>;
  /** The newest value of a key, including one still on its way to the disk: what the next write must be based on. */
  latest(key: string): Entry<T> | undefined;
  /**
   * Every event under a prefix after a revision, in order: first those that history still has (before this call returns),
   * then each as it becomes visible. `onEvent` must not throw. Throws `EXPIRED` or `FUTURE_REVISION`.
   */
  watch(prefix: string, afterRevision: number, onEvent: (event: StoreEvent<T>) => void): Disposable;
  /** Waits for writes on their way; later calls fail with `CLOSED`. */
  close(): Promise<void>;
}

export interface Entry<T> {
  readonly key: string;
  readonly value: T;
  /** Revision of the write that made this value. */
  readonly revision: number;
}

export interface RangeQuery {
  readonly prefix: string;
  /** Only keys after this one. */
  readonly after?: string;
  readonly limit?: number;
  /** Absent: the newest visible. */
  readonly revision?: number;
}

export interface Range<T> {
  readonly entries: readonly Entry<T>[];
  readonly revision: number;
  /** How many more keys follow; 0 when the range is complete. */
  readonly remaining: number;
}

export type Change<T> = {
  readonly key: string;
  /** Revision that the key must have; 0: must not exist; absent: whatever. */
  readonly expected?: number;
} & (
  | {
      readonly type: 'put';
      /** Called once, with the revision that this transaction gets. */
      readonly value: (revision: number) => T;
    }
  | { readonly type: 'delete' }
);

export interface StoreEvent<T> {
  readonly type: 'put' | 'delete';
  readonly key: string;
  readonly revision: number;
  /** Absent with a deletion. */
  readonly value?: T;
  /** Absent where the key did not exist. */
  readonly previous?: Entry<T>;
}
