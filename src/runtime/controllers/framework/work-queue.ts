import type { Clock, Timer } from '../../../base/clock.js';

const BACKOFF_FIRST_MS = 5;
const BACKOFF_MAX_MS = 60_000;
/** Keys worked on at once; one key is never worked on twice at a time. */
const CONCURRENCY_MAX = 8;

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly process: (key: string) => Promise<void>;
  /** The key comes again after a while that doubles with each failure. */
  readonly onError: (key: string, error: unknown, retry_ms: number) => void;
}

/**
 * Keys of objects that need attention. A key that is added several times before its turn is processed once; one that is added
 * while in process is processed again.
 */
export class WorkQueue {
  private readonly waiting = new Set<string>();
  private readonly processing = new Set<string>();
  private readonly again = new Set<string>();
  private readonly failures = new Map<string, number>();
  private readonly delayed = new Map<string, { due_ms: number; timer: Timer }>();
  private idleWaiters: (() => void)[] = [];
  private stopped = false;

  constructor(private readonly options: WorkQueueOptions) {}

  add(key: string): void {
    if (this.stopped) return;
    if (this.processing.has(key)) {
      this.again.add(key);
      return;
    }
    if (this.waiting.size === 0) queueMicrotask(() => this.pump());
    this.waiting.add(key);
  }

  /** Where several delays are asked for one key, the shortest counts: whoever works on it knows if it must wait longer. */
  addAfter(key: string, delay_ms: number): void {
    if (this.stopped) return;
    const due_ms = this.options.clock.monotonic_ms() + delay_ms;
    const pending = this.delayed.get(key);
    if (pending && pending.due_ms <= due_ms) return;
    pending?.timer.cancel();
    const timer = this.options.clock.setTimer(delay_ms, () => {
      this.delayed.delete(key);
      this.add(key);
    });
    this.delayed.set(key, { due_ms, timer });
  }

  /** Takes no more keys; resolves when what was in process has ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.waiting.clear();
    this.again.clear();
    for (const { timer } of this.delayed.values()) timer.cancel();
    this.delayed.clear();
    await this.idle();
  }

  /** Resolves when nothing is waiting or in process; delayed keys do not count. */
  async idle(): Promise<void> {
    if (this.waiting.size === 0 && this.processing.size === 0) return;
    await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
  }

  private pump(): void {
    for (const key of this.waiting) {
      if (this.processing.size >= CONCURRENCY_MAX) return;
      this.waiting.delete(key);
      this.processing.add(key);
      void this.run(key);
    }
  }

  private async run(key: string): Promise<void> {
    try {
      await this.options.process(key);
      this.failures.delete(key);
    } catch (error) {
      this.retry(key, error);
    }
    this.processing.delete(key);
    if (this.again.delete(key)) this.add(key);
    this.pump();
    if (this.waiting.size === 0 && this.processing.size === 0) {
      for (const waiter of this.idleWaiters.splice(0)) waiter();
    }
  }

  private retry(key: string, error: unknown): void {
    if (this.stopped) return;
    const failures = this.failures.get(key) ?? 0;
    this.failures.set(key, failures + 1);
    const retry_ms = Math.min(BACKOFF_FIRST_MS * 2 ** failures, BACKOFF_MAX_MS);
    this.options.onError(key, error, retry_ms);
    this.addAfter(key, retry_ms);
  }
}
