import type { Span } from './span.js';

/** Who reports. */
export interface ZipkinEndpoint {
  readonly serviceName: string;
  readonly ipv4: string;
  readonly port: number;
}

/** A list of spans for `/api/v2/spans`. Source: https://zipkin.io/zipkin-api/zipkin2-api.yaml */
export function encodeZipkin(spans: readonly Span[], localEndpoint: ZipkinEndpoint): string {
  return JSON.stringify(spans.map((span) => spanJson(span, localEndpoint)));
}

function spanJson(span: Span, localEndpoint: ZipkinEndpoint): unknown {
  const { context, kind, name, start_us, end_us } = span;
  const finished = { timestamp: end_us, value: kind === 'SERVER' ? 'ss' : 'cr' };
  return {
    traceId: context.traceId,
    ...(context.parentId === '' ? {} : { parentId: context.parentId }),
    id: context.spanId,
    kind,
    name,
    timestamp: start_us,
    duration: Math.max(1, end_us - start_us),
    localEndpoint,
    annotations: [...span.annotations.map(({ at_us, name: value }) => ({ timestamp: at_us, value })), finished],
    tags: Object.fromEntries(span.tags),
    ...(span.shared ? { shared: true } : {}),
  };
}
