import { test } from 'node:test';
import fc from 'fast-check';

/** Seconds for each property; TRYSAIL_FUZZ_SECONDS gives more. */
export const SECONDS = Number(process.env['TRYSAIL_FUZZ_SECONDS'] ?? 1);
export const SEED = Number(process.env['TRYSAIL_FUZZ_SEED'] ?? Date.now() % 2_147_483_647);
/** Enough that time is what ends it. */
const RUNS = 10_000_000;

/**
 * A property that holds for all inputs, tried for a few seconds. A failure shows the smallest input that fails and the seed;
 * `TRYSAIL_FUZZ_SEED=N` tries the same inputs again.
 */
export function holds<T extends [unknown, ...unknown[]]>(
  name: string,
  arbitraries: { [Key in keyof T]: fc.Arbitrary<T[Key]> },
  property: (...inputs: T) => void | Promise<void>,
): void {
  test(name, async (t) => {
    t.diagnostic(`seed ${SEED}`);
    const checked = fc.asyncProperty<T>(...arbitraries, async (...inputs) => property(...inputs));
    await fc.assert(checked, {
      seed: SEED,
      numRuns: RUNS,
      interruptAfterTimeLimit: SECONDS * 1_000,
      markInterruptAsFailure: false,
    });
  });
}

/** A text with some of its parts left out, repeated, replaced or moved, or with bytes that nobody expects. */
export function mutationsOf(texts: readonly string[], alphabet: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({
    kind: fc.constantFrom('insert', 'remove', 'repeat', 'replace'),
    at: fc.nat(),
    length: fc.integer({ min: 1, max: 6 }),
    text: fc.oneof(
      fc.constantFrom(...alphabet),
      fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)),
    ),
  });
  return fc.tuple(fc.constantFrom(...texts), fc.array(change, { maxLength: 4 })).map(([text, changes]) => {
    let out = text;
    for (const { kind, at, length, text: put } of changes) {
      const start = at % (out.length + 1);
      const end = Math.min(out.length, start + length);
      const part = out.slice(start, end);
      const middle = { insert: put + part, remove: '', repeat: part + part, replace: put }[kind] ?? '';
      out = out.slice(0, start) + middle + out.slice(end);
    }
    return out;
  });
}
