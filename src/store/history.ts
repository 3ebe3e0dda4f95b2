import { StoreError } from './errors.js';
import type { StoreEvent } from './store.js';

/**
 * Events kept for watches that resume and for pages of an older revision. A watch that fell behind by more lists again. At
 * about 3 kB an object this is some 12 MB at worst.
 */
export const HISTORY_EVENTS_MAX = 4096;

/** The last events in a ring; older ones are compacted away. */
export class History<T> {
  private readonly ring: StoreEvent<T>[] = [];
  private oldest = 0;
  /** Events at or before this revision are gone. */
  private compacted: number;

  constructor(
    startRevision: number,
    private readonly limit = HISTORY_EVENTS_MAX,
  ) {
    this.compacted = startRevision;
  }

  get compactedRevision(): number {
    return this.compacted;
  }

  push(event: StoreEvent<T>): void {
    if (this.ring.length < this.limit) {
      this.ring.push(event);
      return;
    }
    this.compacted = this.ring[this.oldest]!.revision;
    this.ring[this.oldest] = event;
    this.oldest = (this.oldest + 1) % this.limit;
  }

  /** Events after a revision, oldest first. Throws `EXPIRED` where some of them are gone. */
  after(revision: number): StoreEvent<T>[] {
    if (revision < this.compacted) {
      throw new StoreError('EXPIRED', `Cannot go back to revision ${revision}: history starts after ${this.compacted}`);
    }
    const events: StoreEvent<T>[] = [];
    for (let i = this.ring.length - 1; i >= 0; i--) {
      const event = this.ring[(this.oldest + i) % this.ring.length]!;
      if (event.revision <= revision) break;
      events.push(event);
    }
    return events.reverse();
  }
}
