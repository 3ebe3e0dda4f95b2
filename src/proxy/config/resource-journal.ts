import type { ReceivedResource } from '../../xds/client/update.js';

/** An update of a resource that was not taken. */
export interface RefusedUpdate {
  readonly version: string;
  readonly body: Uint8Array;
  readonly details: string;
  /** Milliseconds since the Unix epoch. */
  readonly at_ms: number;
}

export interface JournalEntry {
  readonly name: string;
  readonly version: string;
  /** The encoded message that is in use; undefined when none was ever taken. */
  readonly body: Uint8Array | undefined;
  /** When it was taken, milliseconds since the Unix epoch. */
  readonly updated_ms: number;
  /** The latest update, when it was refused. */
  readonly refused: RefusedUpdate | undefined;
}

/** What a resource that was taken did. */
export type Change = 'added' | 'modified' | 'same';

/** Refused resources that nobody has are kept for the configuration dump; no more than these. */
const REFUSED_MAX = 1_000;

/** What came by the configuration stream, and what became of it. */
export class ResourceJournal {
  private readonly types = new Map<string, Map<string, JournalEntry>>();

  /** In the order of names. */
  entries(typeUrl: string): readonly JournalEntry[] {
    return [...(this.types.get(typeUrl)?.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @returns whether it was new, changed, or as before */
  taken(typeUrl: string, { name, version, body }: ReceivedResource, now_ms: number): Change {
    const known = this.of(typeUrl).get(name);
    const same = known?.body !== undefined && known.refused === undefined && Buffer.compare(known.body, body) === 0;
    const updated_ms = same ? known.updated_ms : now_ms;
    this.of(typeUrl).set(name, { name, version, body, updated_ms, refused: undefined });
    if (known?.body === undefined) return 'added';
    return same ? 'same' : 'modified';
  }

  refused(typeUrl: string, { name, version, body }: ReceivedResource, details: string, now_ms: number): void {
    const entries = this.of(typeUrl);
    const known = entries.get(name);
    if (known === undefined && entries.size >= REFUSED_MAX && this.countRefused(entries) >= REFUSED_MAX) return;
    const refused = { version, body, details, at_ms: now_ms };
    entries.set(name, {
      name,
      version: known?.version ?? '',
      body: known?.body,
      updated_ms: known?.updated_ms ?? now_ms,
      refused,
    });
  }

  /** @returns whether it was there */
  removed(typeUrl: string, name: string): boolean {
    return this.types.get(typeUrl)?.delete(name) ?? false;
  }

  private of(typeUrl: string): Map<string, JournalEntry> {
    let entries = this.types.get(typeUrl);
    if (entries === undefined) {
      entries = new Map();
      this.types.set(typeUrl, entries);
    }
    return entries;
  }

  private countRefused(entries: ReadonlyMap<string, JournalEntry>): number {
    let count = 0;
    for (const entry of entries.values()) if (entry.body === undefined) count++;
    return count;
  }
}
