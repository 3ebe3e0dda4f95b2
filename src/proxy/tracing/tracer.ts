import type { HeaderMap } from '../../wire/http1/index.js';
import type { Span, SpanKind } from './span.js';

/** How a request's span begins. */
export interface SpanStart {
  readonly kind: SpanKind;
  /** `ingress`, or `egress HOST`. */
  readonly operation: string;
  readonly host: string;
  /** Whether to trace it, unless its headers say otherwise. */
  readonly traced: boolean;
  readonly start_us: number;
}

/** One provider: how contexts travel and spans are reported. */
export interface Tracer {
  /** @returns undefined when the request's headers forbid a span */
  start(headers: HeaderMap, how: SpanStart): Span | undefined;
  /** Reports what it has and stops. */
  close(): void;
}
