import type { Answer } from './clients/answer.js';
import type { Step } from './scenario.js';

type Result = Answer | { failed: string };

/** Sends a request many times. @returns how many answers of each kind came, or that the shares are as expected */
export async function tally(step: Step, ask: () => Promise<Result>): Promise<object> {
  const { count = 1, concurrency = 1, tally_by, shares, tolerance } = step;
  const counts: Record<string, number> = {};
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const key = kindOf(await ask(), tally_by);
      counts[key] = (counts[key] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  if (shares === undefined) return Object.fromEntries(Object.entries(counts).sort());
  return compareShares(counts, count, shares, tolerance ?? fourDeviations(count));
}

/** A share that is right strays further than this once in 16,000 times. */
function fourDeviations(count: number): number {
  return 2 / Math.sqrt(count);
}

function kindOf(answer: Result, by = 'status body'): string {
  if ('failed' in answer) return answer.failed;
  return by
    .split(' ')
    .map((part) => {
      if (part === 'status') return String(answer.status);
      if (part === 'body') return answer.body;
      return answer.headers.find((field) => field.startsWith(`${part}: `))?.slice(part.length + 2) ?? '-';
    })
    .join(' ');
}

function compareShares(
  counts: Record<string, number>,
  count: number,
  shares: Readonly<Record<string, number>>,
  tolerance: number,
): object {
  const kinds = [...new Set([...Object.keys(counts), ...Object.keys(shares)])].sort();
  return Object.fromEntries(
    kinds.map((kind) => {
      const [got, expected] = [(counts[kind] ?? 0) / count, shares[kind] ?? 0];
      // A share that must be all or nothing has no tolerance.
      const bound = expected === 0 || expected === 1 ? 0 : tolerance;
      if (Math.abs(got - expected) > bound)
        throw new Error(`${kind}: ${got} of the answers, not ${expected} ± ${bound.toFixed(3)}`);
      return [kind, `about ${expected}`];
    }),
  );
}
