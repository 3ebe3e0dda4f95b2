import { performance } from 'node:perf_hooks';

/** Time as an argument: production code gets {@link SystemClock}, tests a fake that moves only when told. */
export interface Clock {
  /** Wall time in milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds on a clock that never goes back; only differences mean something. */
  monotonic_ms(): number;
  /** Calls `fn` once after `delay_ms`. The timer does not keep the process alive. */
  setTimer(delay_ms: number, fn: () => void): Timer;
}

export interface Timer {
  /** Idempotent; after it `fn` is never called. */
  cancel(): void;
}

export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonic_ms(): number {
    return performance.now();
  }

  setTimer(delay_ms: number, fn: () => void): Timer {
    const handle = setTimeout(fn, delay_ms);
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  }
}

/** Resolves after `delay_ms` of the clock's time. */
export function delay(clock: Clock, delay_ms: number): Promise<void> {
  return new Promise((resolve) => clock.setTimer(delay_ms, resolve));
}
