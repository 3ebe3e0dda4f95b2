import type { Random } from '../../base/random.js';
import type { HeaderMap } from '../../wire/http1/index.js';

export type SpanKind = 'SERVER' | 'CLIENT';

/** What a trace is known by on its way; ids are lower-case hexadecimal. */
export interface SpanContext {
  /** 16 or 32 digits. */
  readonly traceId: string;
  /** 16 digits. */
  readonly spanId: string;
  /** '' for the first of a trace. */
  readonly parentId: string;
  readonly sampled: boolean;
  /** W3C's `tracestate`, as it came. */
  readonly traceState: string;
}

/** A moment of a span; microseconds since the Unix epoch. */
export interface Annotation {
  readonly at_us: number;
  readonly name: string;
}

/** Writes a span's context to the request that goes on. */
export type Inject = (context: SpanContext, headers: HeaderMap) => void;

/** Takes what was finished. */
export interface SpanSink {
  report(span: Span): void;
}

/** A span's tags are few: no more than these are kept. */
const TAGS_MAX = 128;

/** One span under way. Only a sampled one is reported. */
export class Span {
  name: string;
  readonly tags: [name: string, value: string][] = [];
  readonly annotations: Annotation[] = [];
  end_us = 0;

  constructor(
    readonly context: SpanContext,
    readonly kind: SpanKind,
    name: string,
    readonly start_us: number,
    /** Zipkin: caller and called one share the id. */
    readonly shared: boolean,
    private readonly sink: SpanSink,
    private readonly write: Inject,
  ) {
    this.name = name;
  }

  /** The last value of a name holds. */
  tag(name: string, value: string): void {
    const known = this.tags.find(([tag]) => tag === name);
    if (known !== undefined) known[1] = value;
    else if (this.tags.length < TAGS_MAX) this.tags.push([name, value]);
  }

  inject(headers: HeaderMap): void {
    this.write(this.context, headers);
  }

  child(kind: SpanKind, name: string, start_us: number, random: Random): Span {
    const context = { ...this.context, spanId: hexId(random), parentId: this.context.spanId };
    return new Span(context, kind, name, start_us, false, this.sink, this.write);
  }

  finish(end_us: number): void {
    this.end_us = end_us;
    if (this.context.sampled) this.sink.report(this);
  }
}

/** 64 random bits; never all zero. */
export function hexId(random: Random): string {
  const half = (): string =>
    random
      .below(2 ** 32)
      .toString(16)
      .padStart(8, '0');
  const id = half() + half();
  return /^0+$/.test(id) ? `${id.slice(1)}1` : id;
}
