/** What one logical proxy is told about its own life by its operator. */
export class Lifecycle {
  /** `/healthcheck/fail` was called: health checks fail and connections end after their answers. */
  healthFailed = false;
  /** `/drain_listeners` was called. */
  draining = false;
  readonly start_ms: number;

  /** @param start_ms on the monotonic clock */
  constructor(start_ms: number) {
    this.start_ms = start_ms;
  }
}
