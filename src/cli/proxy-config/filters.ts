/** What of a configuration is wanted; absent: all. */
export interface ProxyConfigFilters {
  readonly address?: string;
  readonly port?: number;
  readonly type?: string;
  readonly name?: string;
  readonly fqdn?: string;
  readonly subset?: string;
  readonly direction?: string;
  readonly cluster?: string;
  readonly status?: string;
}

/** A part of one kind of configuration: the rows for people, and the messages behind them. */
export interface Summary {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly messages: readonly unknown[];
  /** Spaces between the columns. */
  readonly gap: number;
  /** What is said instead of an empty table. */
  readonly none?: string;
}
