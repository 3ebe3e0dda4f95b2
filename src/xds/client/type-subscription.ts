/** The name that stands for every resource of a type. */
export const WILDCARD = '*';

export interface SubscriptionChange {
  readonly subscribe: string[];
  readonly unsubscribe: string[];
  /** Only in the first request of a stream: what the client still has from the one before. */
  readonly initialVersions: Record<string, string>;
}

/**
 * What a client wants and has of one type, against what the server was told on the present stream. Survives streams, so that a
 * reconnect costs only what changed in between.
 */
export class TypeSubscription {
  /** Versions, or digests, of the resources that the client has accepted. */
  readonly versions = new Map<string, string>();
  private wanted: ReadonlySet<string> = new Set();
  /** undefined: no request for this type on this stream yet. */
  private announced: ReadonlySet<string> | undefined;

  constructor(readonly typeUrl: string) {}

  want(names: Iterable<string>): void {
    this.wanted = new Set(names);
    if (this.wanted.has(WILDCARD)) return;
    for (const name of this.versions.keys()) if (!this.wanted.has(name)) this.versions.delete(name);
  }

  get names(): string[] {
    return [...this.wanted];
  }

  wants(name: string): boolean {
    return this.wanted.has(WILDCARD) || this.wanted.has(name);
  }

  streamStarted(): void {
    this.announced = undefined;
  }

  /** The request that brings the server up to date, or undefined when it is. Counts as sent. */
  takeChange(): SubscriptionChange | undefined {
    const before = this.announced;
    // A first request without names would mean "all of them" to the server.
    if (before === undefined && this.wanted.size === 0) return undefined;
    const subscribe = [...this.wanted].filter((name) => !before?.has(name));
    const unsubscribe = [...(before ?? [])].filter((name) => !this.wanted.has(name));
    if (before !== undefined && subscribe.length === 0 && unsubscribe.length === 0) return undefined;
    this.announced = this.wanted;
    return { subscribe, unsubscribe, initialVersions: before === undefined ? Object.fromEntries(this.versions) : {} };
  }
}
