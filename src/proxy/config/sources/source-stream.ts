import type { ConfigConsumer, ConfigStream } from '../config-stream.js';

/** A stream that begins when what it needs is there, and the latest of what is wanted of it. */
export class SourceStream {
  private readonly wanted = new Map<string, readonly string[] | 'all'>();
  private stream: ConfigStream | undefined;
  private closed = false;

  constructor(
    private readonly consumer: ConfigConsumer,
    /** Makes the stream, or gives undefined while it cannot be. */
    private readonly open: () => ConfigStream | undefined,
  ) {}

  get isIdle(): boolean {
    return [...this.wanted.values()].every((names) => names !== 'all' && names.length === 0);
  }

  want(typeUrl: string, names: readonly string[] | 'all'): void {
    const before = this.wanted.get(typeUrl);
    if (before === undefined ? names.length === 0 : sameNames(before, names)) return;
    this.wanted.set(typeUrl, names);
    if (this.stream !== undefined) this.stream.subscribe(typeUrl, names);
    else this.advance();
  }

  /** Begins if it can by now. */
  advance(): void {
    if (this.stream !== undefined || this.closed) return;
    const stream = this.open();
    if (stream === undefined) return;
    this.stream = stream;
    stream.start(this.consumer);
    for (const [typeUrl, names] of [...this.wanted]) stream.subscribe(typeUrl, names);
  }

  close(): void {
    this.closed = true;
    this.stream?.close();
  }
}

function sameNames(a: readonly string[] | 'all', b: readonly string[] | 'all'): boolean {
  if (a === 'all' || b === 'all') return a === b;
  return a.length === b.length && a.every((name, i) => name === b[i]);
}
