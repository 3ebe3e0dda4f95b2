import type { Clock } from '../../../base/clock.js';

/** After this long something must have gone wrong with the watch, and it is better to look again than to wait. */
const EXPECTATION_MAX_MS = 5 * 60_000;

interface Expected {
  creations: number;
  readonly deletions: Set<string>;
  since_ms: number;
}

/**
 * What a controller has asked for and not yet seen: while something is missing its informer is behind, and counting would
 * create or delete twice.
 */
export class Expectations {
  private readonly byKey = new Map<string, Expected>();

  constructor(private readonly clock: Clock) {}

  expectCreations(key: string, count: number): void {
    const expected = this.of(key);
    expected.creations += count;
    expected.since_ms = this.clock.monotonic_ms();
  }

  expectDeletions(key: string, uids: readonly string[]): void {
    const expected = this.of(key);
    for (const uid of uids) expected.deletions.add(uid);
    expected.since_ms = this.clock.monotonic_ms();
  }

  /** Seen, or failed. */
  created(key: string): void {
    const expected = this.byKey.get(key);
    if (expected && expected.creations > 0) expected.creations--;
  }

  /** Seen, or failed. */
  deleted(key: string, uid: string): void {
    this.byKey.get(key)?.deletions.delete(uid);
  }

  satisfied(key: string): boolean {
    const expected = this.byKey.get(key);
    if (!expected) return true;
    if (expected.creations === 0 && expected.deletions.size === 0) return true;
    return this.clock.monotonic_ms() - expected.since_ms > EXPECTATION_MAX_MS;
  }

  forget(key: string): void {
    this.byKey.delete(key);
  }

  private of(key: string): Expected {
    let expected = this.byKey.get(key);
    if (!expected) {
      expected = { creations: 0, deletions: new Set(), since_ms: this.clock.monotonic_ms() };
      this.byKey.set(key, expected);
    }
    return expected;
  }
}
