import type { HeaderMap } from '../../wire/http1/index.js';
import type { OpenTelemetryConfig } from '../../xds/types/gen/envoy/config/trace/v3/opentelemetry_pb.js';
import type { ProxyContext } from '../context.js';
import type { ClusterClient } from '../router/cluster-client.js';
import { otlpSender } from './otlp-sender.js';
import { hexId, Span } from './span.js';
import { SpanReporter } from './span-reporter.js';
import type { SpanStart, Tracer } from './tracer.js';
import { injectTraceParent, readTraceParent } from './w3c.js';

/** `envoy.tracers.opentelemetry`: W3C headers, spans as OTLP over HTTP or gRPC. */
export class OpenTelemetryTracer implements Tracer {
  private readonly reporter: SpanReporter;

  /** @throws ConfigError */
  constructor(
    private readonly context: ProxyContext,
    client: ClusterClient,
    config: OpenTelemetryConfig,
    path: string,
  ) {
    this.reporter = new SpanReporter(context, 'tracing.opentelemetry.', otlpSender(client, config, path));
  }

  start(headers: HeaderMap, { kind, operation, traced, start_us }: SpanStart): Span | undefined {
    const { random } = this.context;
    const said = readTraceParent(headers);
    if (said.kind === 'malformed') return undefined;
    const context =
      said.kind === 'context'
        ? { ...said.context, spanId: hexId(random), parentId: said.context.spanId }
        : {
            traceId: hexId(random) + hexId(random),
            spanId: hexId(random),
            parentId: '',
            sampled: traced,
            traceState: '',
          };
    return new Span(context, kind, operation, start_us, false, this.reporter, injectTraceParent);
  }

  close(): void {
    this.reporter.close();
  }
}
