import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { ExportTraceServiceRequestSchema } from '../../wire/otlp/gen/opentelemetry/proto/collector/trace/v1/trace_service_pb.js';
import type { KeyValueSchema } from '../../wire/otlp/gen/opentelemetry/proto/common/v1/common_pb.js';
import {
  Span_SpanKind as Kind,
  type SpanSchema,
  Status_StatusCode as StatusCode,
} from '../../wire/otlp/gen/opentelemetry/proto/trace/v1/trace_pb.js';
import type { Span } from './span.js';

const SCOPE = 'envoy';
/** Sampled, and known not to say whether its parent is remote: the bits of OTLP's span flags. */
const FLAG_SAMPLED = 1;
const FLAG_HAS_IS_REMOTE = 0x100;

type KeyValue = MessageInitShape<typeof KeyValueSchema>;

/** One export request, encoded. @param resource attributes of who reports */
export function encodeOtlp(spans: readonly Span[], resource: readonly (readonly [string, string])[]): Uint8Array {
  const request = create(ExportTraceServiceRequestSchema, {
    resourceSpans: [
      {
        resource: { attributes: resource.map(attribute) },
        scopeSpans: [{ scope: { name: SCOPE }, spans: spans.map(spanOf) }],
      },
    ],
  });
  return toBinary(ExportTraceServiceRequestSchema, request);
}

function spanOf(span: Span): MessageInitShape<typeof SpanSchema> {
  const { context, kind, name, start_us, end_us } = span;
  const failed = span.tags.some(([tag, value]) => tag === 'error' && value === 'true');
  return {
    traceId: Buffer.from(context.traceId.padStart(32, '0'), 'hex'),
    spanId: Buffer.from(context.spanId, 'hex'),
    parentSpanId: Buffer.from(context.parentId, 'hex'),
    traceState: context.traceState,
    name,
    kind: kind === 'SERVER' ? Kind.SERVER : Kind.CLIENT,
    startTimeUnixNano: nanoseconds(start_us),
    endTimeUnixNano: nanoseconds(end_us),
    attributes: span.tags.map(attribute),
    events: span.annotations.map((annotation) => ({
      timeUnixNano: nanoseconds(annotation.at_us),
      name: annotation.name,
    })),
    ...(failed ? { status: { code: StatusCode.ERROR } } : {}),
    flags: FLAG_HAS_IS_REMOTE | FLAG_SAMPLED,
  };
}

function nanoseconds(microseconds: number): bigint {
  return BigInt(Math.round(microseconds)) * 1000n;
}

function attribute([key, value]: readonly [string, string]): KeyValue {
  return { key, value: { value: { case: 'stringValue', value } } };
}
