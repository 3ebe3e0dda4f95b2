/** What a load generator is told, as JSON in its only argument. */
export interface LoadOrder {
  readonly port: number;
  readonly wire: 'http1' | 'tls' | 'http2';
  /** Requests under way at any time, each on a connection of its own (HTTP/2: streams of a few connections). */
  readonly connections: number;
  readonly method: 'GET' | 'POST';
  readonly requestBytes: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Each request opens a connection, and closes it. */
  readonly newConnections: boolean;
  readonly warmup_ms: number;
  readonly run_ms: number;
}

/** What it prints at the end, as one line of JSON; before that `measuring` when the warm-up is over. */
export interface LoadResult {
  readonly requests: number;
  /** Answers with another status than 200, and connections that were lost. */
  readonly failed: number;
  readonly took_ms: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly p999_ms: number;
}
