/** Where a store's values outlive the process. The store keeps everything in memory; a journal is only written, but at start. */
export interface Journal {
  /** What was durable when the last process ended. */
  load(): Loaded;
  /** Atomic; resolves when it would survive a crash. Called again only after the call before resolved. */
  append(batch: readonly Record[], revision: number): Promise<void>;
  close(): Promise<void>;
}

export interface Loaded {
  readonly revision: number;
  readonly records: Iterable<{ readonly key: string; readonly revision: number; readonly json: string }>;
}

export interface Record {
  readonly key: string;
  readonly revision: number;
  /** Absent: the key was deleted. */
  readonly json?: string;
}

/** Keeps nothing: for tests and for `--ephemeral` meshes. */
export class EphemeralJournal implements Journal {
  load(): Loaded {
    return { revision: 0, records: [] };
  }

  append(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
