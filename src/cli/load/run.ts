import { setMaxListeners } from 'node:events';
import type { Clock } from '../../base/clock.js';
import type { Outcome } from './sender.js';

/** Answers that are waited for at once at a constant rate; what would be more counts as failed. */
export const WAITING_MAX = 10_000;

export interface Transaction extends Outcome {
  /** From the request, or from when it was due at a constant rate, to the last byte of the answer. */
  readonly took_ms: number;
}

export interface Plan {
  /** How many send at once, each the next when it has the answer to the last. */
  readonly users: number;
  /** How many requests in all. */
  readonly total?: number;
  readonly time_ms?: number;
  /** Instead of users who wait for their answers: requests in a second, whether or not answers come. */
  readonly rate_per_s?: number;
}

export interface Load {
  readonly clock: Clock;
  /** @param user from 0 to users - 1 */
  readonly send: (user: number, signal: AbortSignal) => Promise<Outcome>;
  readonly onTransaction: (transaction: Transaction) => void;
  /** Ends the load early. */
  readonly signal: AbortSignal;
}

/** Runs a load to its end. What has no answer by then is dropped, and counts as nothing. @returns how long it took, in ms */
export async function runLoad(plan: Plan, { clock, send, onTransaction, signal }: Load): Promise<number> {
  const end = new AbortController();
  // Every request that is on its way listens.
  setMaxListeners(0, end.signal);
  const stop = (): void => end.abort();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const timer = plan.time_ms === undefined ? undefined : clock.setTimer(plan.time_ms, stop);
  const started_ms = clock.monotonic_ms();
  const one = async (user: number, from_ms: number): Promise<void> => {
    const outcome = await send(user, end.signal);
    if (end.signal.aborted && outcome.error !== undefined) return;
    onTransaction({ ...outcome, took_ms: clock.monotonic_ms() - from_ms });
  };
  try {
    const shared = { clock, one, onTransaction, signal: end.signal };
    await (plan.rate_per_s === undefined ? byUsers(plan, shared) : byRate(plan, plan.rate_per_s, shared));
    return clock.monotonic_ms() - started_ms;
  } finally {
    timer?.cancel();
    signal.removeEventListener('abort', stop);
  }
}

interface Shared {
  readonly clock: Clock;
  readonly one: (user: number, from_ms: number) => Promise<void>;
  readonly onTransaction: Load['onTransaction'];
  readonly signal: AbortSignal;
}

async function byUsers({ users, total }: Plan, { clock, one, signal }: Shared): Promise<void> {
  await Promise.all(
    Array.from({ length: users }, async (_, user) => {
      const rounds = total === undefined ? Number.POSITIVE_INFINITY : total / users;
      for (let round = 0; round < rounds && !signal.aborted; round++) await one(user, clock.monotonic_ms());
    }),
  );
}

async function byRate(
  { users, total = Number.POSITIVE_INFINITY }: Plan,
  rate_per_s: number,
  { clock, one, onTransaction, signal }: Shared,
): Promise<void> {
  const started_ms = clock.monotonic_ms();
  const waiting = new Set<Promise<void>>();
  for (let sent = 0; sent < total && !signal.aborted; sent++) {
    // From the start, not from the last one: what a slow moment delays is made up for, and the rate holds.
    const due_ms = started_ms + (sent * 1_000) / rate_per_s;
    const wait_ms = due_ms - clock.monotonic_ms();
    if (wait_ms > 0) await pause(clock, wait_ms, signal);
    if (signal.aborted) break;
    if (waiting.size >= WAITING_MAX) {
      onTransaction({ bytes: 0, took_ms: 0, error: `not sent: ${WAITING_MAX} had no answer yet` });
      continue;
    }
    // A timer may be a little early.
    const from_ms = Math.min(due_ms, clock.monotonic_ms());
    const answered = one(sent % users, from_ms).finally(() => waiting.delete(answered));
    waiting.add(answered);
  }
  await Promise.all(waiting);
}

/** Ends early when the signal does. */
function pause(clock: Clock, wait_ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      timer.cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.setTimer(wait_ms, done);
    signal.addEventListener('abort', done);
  });
}
