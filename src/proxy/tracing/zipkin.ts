import { HeaderMap } from '../../wire/http1/index.js';
import type { ZipkinConfig } from '../../xds/types/gen/envoy/config/trace/v3/zipkin_pb.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import type { ClusterClient } from '../router/cluster-client.js';
import { injectB3Multiple, injectB3Single, readB3 } from './b3.js';
import { hexId, Span } from './span.js';
import { type SendSpans, SpanReporter } from './span-reporter.js';
import type { SpanStart, Tracer } from './tracer.js';
import { encodeZipkin } from './zipkin-json.js';

const SEND_TIMEOUT_MS = 5_000;

/** `envoy.tracers.zipkin`: B3 headers, spans as Zipkin's version 2 JSON. @throws ConfigError */
export class ZipkinTracer implements Tracer {
  private readonly reporter: SpanReporter;
  private readonly sharedContext: boolean;
  private readonly longIds: boolean;

  constructor(
    private readonly context: ProxyContext,
    client: ClusterClient,
    config: ZipkinConfig,
    path: string,
  ) {
    if (config.collectorCluster === '') throw new ConfigError(`${path}.collector_cluster`, 'a cluster is needed');
    if (config.collectorEndpoint === '') throw new ConfigError(`${path}.collector_endpoint`, 'an endpoint is needed');
    this.sharedContext = config.sharedSpanContext ?? true;
    this.longIds = config.traceId128bit;
    this.reporter = new SpanReporter(context, 'tracing.zipkin.', sender(context, client, config));
  }

  start(headers: HeaderMap, { kind, host, traced, start_us }: SpanStart): Span {
    const { random } = this.context;
    const said = readB3(headers);
    const sampled = said.sampled ?? traced;
    const inject = said.single ? injectB3Single : injectB3Multiple;
    const shared = kind === 'SERVER' && this.sharedContext;
    const span = (traceId: string, spanId: string, parentId: string): Span => {
      const context = { traceId, spanId, parentId, sampled, traceState: '' };
      return new Span(context, kind, host, start_us, shared, this.reporter, inject);
    };
    if (said.context !== undefined) {
      const { traceId, spanId, parentId } = said.context;
      return shared ? span(traceId, spanId, parentId) : span(traceId, hexId(random), spanId);
    }
    // the first span of a trace has the trace's id
    const id = hexId(random);
    return span(this.longIds ? hexId(random) + id : id, id, '');
  }

  close(): void {
    this.reporter.close();
  }
}

function sender(context: ProxyContext, client: ClusterClient, config: ZipkinConfig): SendSpans {
  const { collectorCluster, collectorEndpoint, collectorHostname } = config;
  const endpoint = { serviceName: context.node.cluster, ipv4: '127.0.0.1', port: 0 };
  return (spans, done) => {
    const headers = new HeaderMap();
    headers.add('content-type', 'application/json');
    const body = Buffer.from(encodeZipkin(spans, endpoint));
    const request = {
      method: 'POST',
      path: collectorEndpoint,
      authority: collectorHostname || collectorCluster,
      headers,
      body,
    };
    client.send(collectorCluster, request, SEND_TIMEOUT_MS, (result) => {
      if (result.kind === 'answer') done(result.status === 202 || result.status === 200 ? 'sent' : 'dropped');
      else done(result.reason === 'no_cluster' ? 'no_cluster' : 'dropped');
    });
  };
}
