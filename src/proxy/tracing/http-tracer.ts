import type { HeaderMap } from '../../wire/http1/index.js';
import type { ProxyContext } from '../context.js';
import type { HttpStream } from '../http/http-stream.js';
import type { CustomTagReader } from './custom-tags.js';
import { decide, type Sampling } from './sampling.js';
import type { Span } from './span.js';
import { type AttemptFacts, tagDownstream, tagUpstream } from './span-tags.js';
import type { Tracer } from './tracer.js';
import type { TracingStats } from './tracing-stats.js';
import { annotateAttempt, annotateRequest } from './verbose.js';

const DECORATOR = 'x-envoy-decorator-operation';

export interface HttpTracerOptions {
  readonly tracer: Tracer;
  readonly sampling: Sampling;
  readonly tags: readonly CustomTagReader[];
  readonly verbose: boolean;
  readonly maxPathLength: number;
  /** Each attempt has a span of its own. */
  readonly spawnUpstream: boolean;
  /** Requests leave through this listener. */
  readonly egress: boolean;
}

/** The tracing of one connection manager. */
export class HttpTracer {
  constructor(
    private readonly context: ProxyContext,
    private readonly stats: TracingStats,
    private readonly options: HttpTracerOptions,
  ) {}

  /** The request's head is complete and its route is known. */
  begin(stream: HttpStream): void {
    const { options, context } = this;
    const route = stream.route?.tracing;
    const reason = decide(stream, route?.sampling ?? options.sampling, context.random);
    this.stats.charge(stream.healthCheck ? 'health' : reason);
    const { egress } = options;
    const span = options.tracer.start(stream.headers, {
      kind: egress && !options.spawnUpstream ? 'CLIENT' : 'SERVER',
      operation: egress ? `egress ${stream.host}` : 'ingress',
      host: stream.host,
      traced: reason !== 'none' && !stream.healthCheck,
      start_us: this.micros(stream, stream.start_ms),
    });
    if (span !== undefined) this.take(stream, span);
    this.decorateRequest(stream);
  }

  /** The answer's head is about to be written. */
  onResponse(stream: HttpStream, headers: HeaderMap): void {
    const id = stream.headers.get('x-request-id');
    if (id !== undefined && stream.headers.has('x-envoy-force-trace')) headers.set('x-request-id', id);
    if (this.options.egress) {
      const operation = headers.get(DECORATOR);
      if (operation === undefined) return;
      if (operation !== '' && stream.span !== undefined) stream.span.name = operation;
      headers.delete(DECORATOR);
    } else if (stream.propagatedOperation !== '') {
      headers.set(DECORATOR, stream.propagatedOperation);
    }
  }

  /** The stream ended. */
  end(stream: HttpStream): void {
    const { span } = stream;
    if (span === undefined) return;
    if (span.context.sampled) {
      tagDownstream(span, stream, this.options.maxPathLength);
      this.tagCustom(span, stream);
      if (this.options.verbose) annotateRequest(span, stream, (at_ms) => this.micros(stream, at_ms));
    }
    span.finish(this.micros(stream, stream.end_ms));
  }

  /**
   * An attempt is about to be sent: writes the context into the request's headers.
   * @param child the router's `start_child_span`
   * @returns the attempt's own span, to be given to {@link endAttempt}
   */
  beginAttempt(stream: HttpStream, child: boolean): Span | undefined {
    const { span } = stream;
    if (span === undefined) return undefined;
    if (!child && !this.options.spawnUpstream) {
      span.inject(stream.headers);
      return undefined;
    }
    const start_us = this.micros(stream, this.context.clock.monotonic_ms());
    const cluster = stream.upstreamCluster?.config.altStatName || stream.clusterName;
    const attempt = span.child('CLIENT', `router ${cluster} egress`, start_us, this.context.random);
    if (stream.attempts > 1) attempt.tag('retry.count', String(stream.attempts - 1));
    attempt.inject(stream.headers);
    return attempt;
  }

  endAttempt(span: Span, stream: HttpStream, facts: AttemptFacts): void {
    const now_ms = this.context.clock.monotonic_ms();
    if (span.context.sampled) {
      tagUpstream(span, stream, facts);
      this.tagCustom(span, stream);
      if (this.options.verbose) annotateAttempt(span, stream, now_ms, (at_ms) => this.micros(stream, at_ms));
    }
    span.finish(this.micros(stream, now_ms));
  }

  close(): void {
    this.options.tracer.close();
  }

  private take(stream: HttpStream, span: Span): void {
    stream.span = span;
    stream.traceId = span.context.traceId;
    stream.spanId = span.context.spanId;
    if (!span.context.sampled) return;
    const { node } = this.context;
    span.tag('node_id', node.id);
    span.tag('zone', node.locality.zone);
  }

  /** The route's operation names the span, unless the caller named it; it may travel on. */
  private decorateRequest(stream: HttpStream): void {
    const route = stream.route?.tracing;
    const operation = route?.operation ?? '';
    if (operation !== '' && stream.span !== undefined) stream.span.name = operation;
    const travels = operation !== '' && route!.propagates;
    if (this.options.egress) {
      if (travels) stream.headers.set(DECORATOR, operation);
      return;
    }
    const given = stream.headers.get(DECORATOR);
    if (given !== undefined) stream.headers.delete(DECORATOR);
    if (given === undefined || given === '') {
      if (travels) stream.propagatedOperation = operation;
    } else if (stream.span !== undefined) stream.span.name = given;
  }

  private tagCustom(span: Span, stream: HttpStream): void {
    for (const { name, read } of this.options.tags) tag(span, name, read(stream));
    for (const { name, read } of stream.route?.tracing?.tags ?? []) tag(span, name, read(stream));
  }

  /** A moment on the monotonic clock as microseconds since the Unix epoch. */
  private micros(stream: HttpStream, at_ms: number): number {
    return Math.round((stream.startWall_ms + (at_ms - stream.start_ms)) * 1000);
  }
}

function tag(span: Span, name: string, value: string | undefined): void {
  if (value !== undefined) span.tag(name, value);
}
