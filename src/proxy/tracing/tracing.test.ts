import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { FakeClock } from '../../base/fake-clock.js';
import { SeededRandom } from '../../base/random.js';
import { HeaderMap } from '../../wire/http1/index.js';
import { ExportTraceServiceRequestSchema } from '../../wire/otlp/gen/opentelemetry/proto/collector/trace/v1/trace_service_pb.js';
import { fakeContext } from '../testing/fake-context.js';
import { injectB3Multiple, injectB3Single, readB3 } from './b3.js';
import { encodeOtlp } from './otlp.js';
import { idNumber, reasonOf, withReason } from './request-id.js';
import { hexId, Span } from './span.js';
import {
  BATCHES_UNDER_WAY_MAX,
  FLUSH_INTERVAL_MS,
  FLUSH_SPANS,
  type ReportResult,
  SpanReporter,
} from './span-reporter.js';
import { injectTraceParent, readTraceParent } from './w3c.js';
import { encodeZipkin } from './zipkin-json.js';

const TRACE = '463ac35c9f6413ad48485a3953bb6124';
const SPAN = 'a2fb4a1d1a96d312';

function headers(fields: Readonly<Record<string, string>>): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(fields)) map.add(name, value);
  return map;
}

const CONTEXT = { traceId: TRACE, spanId: SPAN, parentId: '', sampled: true, traceState: '' };

function span(sink: { report(span: Span): void } = { report: () => {} }): Span {
  return new Span(CONTEXT, 'SERVER', 'op', 1_000_000, true, sink, injectB3Multiple);
}

test('B3: many headers, one header, and what is malformed is not there', () => {
  const many = readB3(headers({ 'x-b3-traceid': TRACE, 'x-b3-spanid': SPAN, 'x-b3-sampled': '0' }));
  assert.deepEqual([many.context?.traceId, many.sampled, many.single], [TRACE, false, false]);
  const single = readB3(headers({ b3: `${TRACE}-${SPAN}-1-0020000000000001` }));
  assert.deepEqual([single.context?.parentId, single.sampled, single.single], ['0020000000000001', true, true]);
  assert.deepEqual(readB3(headers({ b3: '0' })), { context: undefined, sampled: false, single: true });
  assert.equal(readB3(headers({ 'x-b3-flags': '1' })).sampled, true);
  for (const bad of ['x', `${TRACE}-${SPAN}-7`, `${TRACE}x-${SPAN}-1`, `${TRACE}-${SPAN}-1-1`]) {
    assert.equal(readB3(headers({ b3: bad })).context, undefined, bad);
  }
  assert.equal(readB3(headers({ 'x-b3-traceid': TRACE })).context, undefined);
});

test('B3: what is written is read again', () => {
  for (const inject of [injectB3Multiple, injectB3Single]) {
    const written = new HeaderMap();
    inject({ ...CONTEXT, parentId: '0020000000000001' }, written);
    const { context, sampled } = readB3(written);
    assert.deepEqual({ ...context, sampled }, { ...CONTEXT, parentId: '0020000000000001' });
  }
});

test('W3C: versions, flags and zeros', () => {
  const read = (traceparent: string) => readTraceParent(headers({ traceparent })).kind;
  assert.equal(read(`00-${TRACE}-${SPAN}-01`), 'context');
  assert.equal(read(`01-${TRACE}-${SPAN}-01-more`), 'context');
  for (const bad of [
    `00-${TRACE}-${SPAN}-01-more`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    'x',
  ])
    assert.equal(read(bad), 'malformed', bad);
  assert.equal(readTraceParent(new HeaderMap()).kind, 'absent');
  const written = new HeaderMap();
  injectTraceParent({ ...CONTEXT, traceId: SPAN }, written);
  assert.equal(written.get('traceparent'), `00-${'0'.repeat(16)}${SPAN}-${SPAN}-01`);
});

test('request ids carry the reason of tracing in their version digit', () => {
  const id = '58aff2ce-1b00-4ce8-9ba0-84e1c7c401be';
  assert.equal(reasonOf(id), 'none');
  for (const reason of ['sampling', 'client', 'forced'] as const)
    assert.equal(reasonOf(withReason(id, reason)), reason);
  assert.equal(withReason('short', 'forced'), 'short');
  assert.equal(idNumber(id), 0x58aff2ce);
  assert.equal(idNumber('not hexadecimal'), undefined);
});

test('Zipkin: a span as version 2 JSON', () => {
  const one = span();
  one.tag('http.method', 'GET');
  one.tag('http.method', 'PUT');
  one.finish(1_000_500);
  const [json] = JSON.parse(encodeZipkin([one], { serviceName: 's', ipv4: '10.0.0.1', port: 0 })) as unknown[];
  assert.deepEqual(json, {
    traceId: TRACE,
    id: SPAN,
    kind: 'SERVER',
    name: 'op',
    timestamp: 1_000_000,
    duration: 500,
    localEndpoint: { serviceName: 's', ipv4: '10.0.0.1', port: 0 },
    annotations: [{ timestamp: 1_000_500, value: 'ss' }],
    tags: { 'http.method': 'PUT' },
    shared: true,
  });
});

test('OTLP: a failed span and its child', () => {
  const one = span();
  one.tag('error', 'true');
  const child = one.child('CLIENT', 'router c egress', 1_000_100, new SeededRandom(1));
  child.finish(1_000_400);
  one.finish(1_000_500);
  const bytes = encodeOtlp([child, one], [['service.name', 's']]);
  const { resourceSpans } = fromBinary(ExportTraceServiceRequestSchema, bytes);
  const [first, second] = resourceSpans[0]!.scopeSpans[0]!.spans;
  assert.equal(Buffer.from(first!.parentSpanId).toString('hex'), SPAN);
  assert.equal(first!.startTimeUnixNano, 1_000_100_000n);
  assert.equal(second!.status?.code, 2);
  assert.equal(Buffer.from(second!.traceId).toString('hex'), TRACE);
});

test('spans are sent by five, or when five seconds went by; a slow collector loses batches', () => {
  const clock = new FakeClock();
  const context = fakeContext(clock);
  const batches: number[] = [];
  const answers: ((result: ReportResult) => void)[] = [];
  const reporter = new SpanReporter(context, 'tracing.zipkin.', (spans, done) => {
    batches.push(spans.length);
    answers.push(done);
  });
  for (let i = 0; i < FLUSH_SPANS + 1; i++) span(reporter).finish(1);
  assert.deepEqual(batches, [FLUSH_SPANS]);
  clock.advance(FLUSH_INTERVAL_MS + 10);
  assert.deepEqual(batches, [FLUSH_SPANS, 1]);
  answers[0]!('sent');
  answers[1]!('no_cluster');
  const count = (name: string): number => context.stats.counter(`tracing.zipkin.${name}`).value;
  assert.deepEqual([count('spans_sent'), count('reports_sent'), count('reports_skipped_no_cluster')], [6, 1, 1]);
  for (let i = 0; i < FLUSH_SPANS * (BATCHES_UNDER_WAY_MAX + 1); i++) span(reporter).finish(1);
  assert.equal(count('reports_dropped'), 1, 'one past the limit');
});

test('ids are 16 hexadecimal digits and never zero', () => {
  assert.match(hexId(new SeededRandom(1)), /^[\da-f]{16}$/);
  assert.equal(hexId({ next: () => 0, below: () => 0 }), '0000000000000001');
});
