import type { Clock, Timer } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { type Logger, SILENT_LOGGER } from '../base/logger.js';

/** As Kubernetes' controllers: a key that fails is tried again after 5 ms, 10 ms … */
const RETRY_MIN_MS = 5;
/** … but a mesh on one machine is repaired sooner than after Kubernetes' 1000 s. */
const RETRY_MAX_MS = 30_000;

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** Brings the thing with this key to its wanted state. A rejection makes it run again later. */
  readonly process: (key: string) => Promise<void>;
  /** How many keys at once; default 1. One key is never processed twice at a time. */
  readonly concurrency?: number;
  readonly logger?: Logger;
}

/**
 * What a controller still has to look at. A key that is added often waits once; one added while it is processed is processed
 * again afterwards.
 */
export class WorkQueue {
  private readonly waiting = new Set<string>();
  private readonly active = new Set<string>();
  private readonly dirty = new Set<string>();
  private readonly failures = new Map<string, number>();
  private readonly timers = new Map<string, { timer: Timer; due_ms: number }>();
  private idleWaiters: (() => void)[] = [];
  private stopped = false;

  constructor(private readonly options: WorkQueueOptions) {}

  /** Keys that wait to be processed, without those that wait for a time. */
  get length(): number {
    return this.waiting.size;
  }

  add(key: string): void {
    if (this.stopped) return;
    if (this.active.has(key)) {
      this.dirty.add(key);
      return;
    }
    this.waiting.add(key);
    queueMicrotask(() => this.pump());
  }

  /** Adds the key after a delay; the earliest of several wins. */
  addAfter(key: string, delay_ms: number): void {
    if (this.stopped) return;
    const { clock } = this.options;
    const due_ms = clock.monotonic_ms() + delay_ms;
    const present = this.timers.get(key);
    if (present && present.due_ms <= due_ms) return;
    present?.timer.cancel();
    const timer = clock.setTimer(delay_ms, () => {
      this.timers.delete(key);
      this.add(key);
    });
    this.timers.set(key, { timer, due_ms });
  }

  /** Resolves when nothing waits or runs; delayed keys do not count. */
  idle(): Promise<void> {
    if (this.isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  /** Drops all that waits. What runs is left to end. */
  stop(): void {
    this.stopped = true;
    for (const { timer } of this.timers.values()) timer.cancel();
    this.timers.clear();
    this.waiting.clear();
    this.dirty.clear();
    this.settleIdle();
  }

  private pump(): void {
    const { concurrency = 1 } = this.options;
    for (const key of this.waiting) {
      if (this.active.size >= concurrency) return;
      this.waiting.delete(key);
      this.active.add(key);
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
    this.active.delete(key);
    if (this.dirty.delete(key)) this.add(key);
    this.pump();
    this.settleIdle();
  }

  private retry(key: string, error: unknown): void {
    const failures = (this.failures.get(key) ?? 0) + 1;
    this.failures.set(key, failures);
    const delay_ms = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** (failures - 1));
    const logger = this.options.logger ?? SILENT_LOGGER;
    logger.warn('retrying', { key, failures, delay_ms, error: messageOf(error) });
    this.addAfter(key, delay_ms);
  }

  private isIdle(): boolean {
    return this.waiting.size === 0 && this.active.size === 0;
  }

  private settleIdle(): void {
    if (!this.isIdle()) return;
    const waiters = this.idleWaiters;
    this.idleWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
