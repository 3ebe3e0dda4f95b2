import type { Disposable } from '../base/dispose.js';
import { messageOf } from '../base/errors.js';
import { deepFreeze } from '../base/freeze.js';
import { StoreError } from './errors.js';
import { HISTORY_EVENTS_MAX, History } from './history.js';
import type { Journal, Record } from './journal.js';
import { SortedEntries } from './sorted-entries.js';
import type { Change, Entry, Range, RangeQuery, Store, StoreEvent } from './store.js';

/** Longest key in bytes: LMDB refuses more than 1978. */
export const KEY_BYTES_MAX = 1500;
/** Transactions that may wait for the disk; beyond it the disk has failed or a caller does not wait. */
export const PENDING_WRITES_MAX = 100_000;

interface PendingWrite<T> {
  readonly revision: number;
  readonly events: PendingEvent<T>[];
  resolve(revision: number): void;
  reject(error: StoreError): void;
}

interface PendingEvent<T> {
  readonly key: string;
  readonly value?: T;
  readonly json?: string;
}

interface Watcher<T> {
  readonly prefix: string;
  /** Visible when it began: what it has had from history already. */
  readonly since: number;
  readonly onEvent: (event: StoreEvent<T>) => void;
}

/**
 * The store: all values in memory, each write in the journal before anyone sees it. Writes that arrive while the journal is
 * busy share its next append (group commit), so that many writers cost one fsync together.
 */
export class JournaledStore<T> implements Store<T> {
  private readonly entries: SortedEntries<T>;
  private readonly history: History<T>;
  private readonly watchers = new Set<Watcher<T>>();
  /** Newest values that are not visible yet; `undefined` is a deletion. */
  private readonly overlay = new Map<string, { entry: Entry<T> | undefined; revision: number }>();
  private queue: PendingWrite<T>[] = [];
  private visible: number;
  private assigned: number;
  private flushing: Promise<void> | undefined;
  private failure: StoreError | undefined;

  /** Reads all that the journal holds. */
  constructor(
    private readonly journal: Journal,
    historyEvents_max = HISTORY_EVENTS_MAX,
  ) {
    const { revision, records } = journal.load();
    this.visible = this.assigned = revision;
    this.history = new History(revision, historyEvents_max);
    this.entries = new SortedEntries(decode<T>(records));
  }

  get revision(): number {
    return this.visible;
  }

  /** How many keys are visible. */
  get size(): number {
    return this.entries.size;
  }

  get(key: string): Entry<T> | undefined {
    return this.entries.get(key);
  }

  latest(key: string): Entry<T> | undefined {
    const pending = this.overlay.get(key);
    return pending ? pending.entry : this.entries.get(key);
  }

  range(query: RangeQuery): Range<T> {
    const revision = query.revision ?? this.visible;
    this.checkRevision(revision);
    const source =
      revision === this.visible ? this.entries.under(query.prefix) : this.entriesAt(query.prefix, revision);
    const entries: Entry<T>[] = [];
    let remaining = 0;
    for (const entry of source) {
      if (query.after !== undefined && entry.key <= query.after) continue;
      if (query.limit !== undefined && entries.length >= query.limit) remaining++;
      else entries.push(entry);
    }
    return { entries, revision, remaining };
  }

  write(changes: readonly Change<T>[]): Promise<number> {
    if (this.failure) return Promise.reject(this.failure);
    if (this.queue.length >= PENDING_WRITES_MAX) {
      return Promise.reject(new StoreError('TOO_LARGE', `${PENDING_WRITES_MAX} writes wait for the disk already`));
    }
    try {
      for (const change of changes) this.check(change);
    } catch (error) {
      return Promise.reject(error);
    }
    const revision = ++this.assigned;
    const events = changes.map((change) => this.stage(change, revision));
    return new Promise((resolve, reject) => {
      this.queue.push({ revision, events, resolve, reject });
      this.flushing ??= this.flush();
    });
  }

  watch(prefix: string, afterRevision: number, onEvent: (event: StoreEvent<T>) => void): Disposable {
    this.checkRevision(afterRevision);
    for (const event of this.history.after(afterRevision)) {
      if (event.key.startsWith(prefix)) onEvent(event);
    }
    const watcher = { prefix, since: this.visible, onEvent };
    this.watchers.add(watcher);
    return { dispose: () => void this.watchers.delete(watcher) };
  }

  async close(): Promise<void> {
    this.failure ??= new StoreError('CLOSED', 'The store is closed');
    await this.flushing;
    this.watchers.clear();
    await this.journal.close();
  }

  private checkRevision(revision: number): void {
    if (revision > this.visible) {
      throw new StoreError('FUTURE_REVISION', `Revision ${revision} is not there yet: the newest is ${this.visible}`);
    }
    if (revision < this.history.compactedRevision) {
      throw new StoreError(
        'EXPIRED',
        `Revision ${revision} is compacted: history starts at ${this.history.compactedRevision}`,
      );
    }
  }

  private check({ key, expected }: Change<T>): void {
    if (Buffer.byteLength(key) > KEY_BYTES_MAX) {
      throw new StoreError('TOO_LARGE', `Key is longer than ${KEY_BYTES_MAX} bytes: ${key.slice(0, 80)}…`);
    }
    if (expected === undefined) return;
    const actual = this.latest(key)?.revision ?? 0;
    if (actual !== expected) {
      throw new StoreError('CONFLICT', `${key} is at revision ${actual}, not ${expected}`, { key });
    }
  }

  private stage(change: Change<T>, revision: number): PendingEvent<T> {
    const { key } = change;
    if (change.type === 'delete') {
      this.overlay.set(key, { entry: undefined, revision });
      return { key };
    }
    const value = deepFreeze(change.value(revision));
    this.overlay.set(key, { entry: { key, value, revision }, revision });
    return { key, value, json: JSON.stringify(value) };
  }

  private async flush(): Promise<void> {
    // The rest of this turn's writes (of all sockets that were readable) join the first batch.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.queue.length > 0) {
      const batch = this.queue;
      this.queue = [];
      try {
        await this.journal.append(recordsOf(batch), batch.at(-1)!.revision);
      } catch (error) {
        this.fail(batch, error);
        break;
      }
      for (const write of batch) this.publish(write);
    }
    this.flushing = undefined;
  }

  private publish(write: PendingWrite<T>): void {
    this.visible = write.revision;
    const events = write.events.map((event) => this.apply(event, write.revision));
    for (const event of events) this.history.push(event);
    for (const event of events) {
      for (const watcher of this.watchers) {
        if (event.revision > watcher.since && event.key.startsWith(watcher.prefix)) watcher.onEvent(event);
      }
    }
    write.resolve(write.revision);
  }

  private apply({ key, value }: PendingEvent<T>, revision: number): StoreEvent<T> {
    const previous = this.entries.get(key);
    if (value === undefined) this.entries.delete(key);
    else this.entries.set({ key, value, revision });
    if (this.overlay.get(key)?.revision === revision) this.overlay.delete(key);
    const type = value === undefined ? 'delete' : 'put';
    return { type, key, revision, ...(value !== undefined && { value }), ...(previous !== undefined && { previous }) };
  }

  /** What the journal refused may or may not be on the disk: nothing more can be promised until a restart reads it again. */
  private fail(batch: readonly PendingWrite<T>[], cause: unknown): void {
    this.failure = new StoreError('JOURNAL_FAILED', `Cannot write to the journal: ${messageOf(cause)}`, { cause });
    for (const write of [...batch, ...this.queue]) write.reject(this.failure);
    this.queue = [];
    this.overlay.clear();
  }

  /** The entries of an older revision: today's, with the events since then undone. */
  private entriesAt(prefix: string, revision: number): Iterable<Entry<T>> {
    const past = new SortedEntries(this.entries.under(prefix));
    for (const event of this.history.after(revision).reverse()) {
      if (!event.key.startsWith(prefix)) continue;
      if (event.previous === undefined) past.delete(event.key);
      else past.set(event.previous);
    }
    return past.under(prefix);
  }
}

function recordsOf<T>(batch: readonly PendingWrite<T>[]): Record[] {
  return batch.flatMap(({ revision, events }) =>
    events.map(({ key, json }) => (json === undefined ? { key, revision } : { key, revision, json })),
  );
}

function* decode<T>(records: Iterable<{ key: string; revision: number; json: string }>): Generator<Entry<T>> {
  for (const { key, revision, json } of records) yield { key, revision, value: deepFreeze(JSON.parse(json) as T) };
}
