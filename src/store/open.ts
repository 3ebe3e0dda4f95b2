import { EphemeralJournal } from './journal.js';
import { JournaledStore } from './journaled-store.js';
import { LmdbJournal } from './lmdb-journal.js';
import type { Store } from './store.js';

/** A store that survives the process, in one file. Only one process may have it open. */
export function openStore<T>(path: string): Store<T> {
  return new JournaledStore<T>(new LmdbJournal(path));
}

/** The same store, gone with the process. */
export function ephemeralStore<T>(): Store<T> {
  return new JournaledStore<T>(new EphemeralJournal());
}
