export interface BenchOptions {
  /** Prints a line or a table for people. */
  readonly say: (text: string) => void;
  /** Parts of the benchmark that are wanted; all when empty. */
  readonly shapes: readonly string[];
  /** Proxies that are wanted; all when empty. */
  readonly only: readonly string[];
  /** How long each measurement runs after its warm-up. */
  readonly run_ms: number;
  /** How often each shape is measured, proxies in turn; of each proxy the round that cost least counts. */
  readonly rounds: number;
}
