/** Kubelet's MaxContainerBackOff and its base. */
export const BACKOFF_FIRST_MS = 10_000;
export const BACKOFF_LONGEST_MS = 300_000;
/** After a run of this length the next failure begins anew. */
export const BACKOFF_RESET_MS = 2 * BACKOFF_LONGEST_MS;

/** How long a container that ended waits for its next start: not at all at first, then 10 s doubling to 5 min. */
export class CrashBackoff {
  private last_ms = 0;
  private lastEnded_ms = Number.NEGATIVE_INFINITY;

  /** @param now_ms when the container ended, on a clock that does not go back */
  next_ms(now_ms: number): number {
    const isNew = now_ms - this.lastEnded_ms > BACKOFF_RESET_MS;
    const wait_ms = isNew ? 0 : this.last_ms;
    this.last_ms = isNew ? BACKOFF_FIRST_MS : Math.min(this.last_ms * 2, BACKOFF_LONGEST_MS);
    this.lastEnded_ms = now_ms;
    return wait_ms;
  }
}

/** As Go prints it: `10s`, `1m20s`, `5m0s`. */
export function durationText(duration_ms: number): string {
  const seconds = Math.round(duration_ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
