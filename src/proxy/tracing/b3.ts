import type { HeaderMap } from '../../wire/http1/index.js';
import type { Inject, SpanContext } from './span.js';

const TRACE_ID = /^(?:[\da-f]{16}|[\da-f]{32})$/i;
const SPAN_ID = /^[\da-f]{16}$/i;
/** `TRACE-SPAN-SAMPLED-PARENT`, of which the last two may be missing. */
const SINGLE = /^([\da-f]{16}|[\da-f]{32})-([\da-f]{16})(?:-([01d]))?(?:-([\da-f]{16}))?$/i;

/** What B3 headers say; undefined parts are not said. */
export interface B3 {
  readonly context: Omit<SpanContext, 'sampled'> | undefined;
  readonly sampled: boolean | undefined;
  /** It came as one header, and so goes on. */
  readonly single: boolean;
}

/** Source: https://github.com/openzipkin/b3-propagation. What is malformed is as if it were not there. */
export function readB3(headers: HeaderMap): B3 {
  const one = headers.get('b3');
  return one === undefined ? readMultiple(headers) : readSingle(one);
}

function readSingle(value: string): B3 {
  if (/^[01d]$/.test(value)) return { context: undefined, sampled: value !== '0', single: true };
  const match = SINGLE.exec(value);
  if (match === null) return { context: undefined, sampled: undefined, single: true };
  const [, traceId = '', spanId = '', sampled, parentId = ''] = match;
  return {
    context: contextOf(traceId, spanId, parentId),
    sampled: sampled === undefined ? undefined : sampled !== '0',
    single: true,
  };
}

function readMultiple(headers: HeaderMap): B3 {
  const traceId = headers.get('x-b3-traceid') ?? '';
  const spanId = headers.get('x-b3-spanid') ?? '';
  const parentId = headers.get('x-b3-parentspanid') ?? '';
  const whole = TRACE_ID.test(traceId) && SPAN_ID.test(spanId) && (parentId === '' || SPAN_ID.test(parentId));
  return {
    context: whole ? contextOf(traceId, spanId, parentId) : undefined,
    sampled: sampledOf(headers),
    single: false,
  };
}

function sampledOf(headers: HeaderMap): boolean | undefined {
  const sampled = headers.get('x-b3-sampled');
  if (sampled !== undefined) return sampled === '1' || sampled === 'true';
  return headers.get('x-b3-flags') === '1' ? true : undefined;
}

function contextOf(traceId: string, spanId: string, parentId: string): Omit<SpanContext, 'sampled'> {
  return {
    traceId: traceId.toLowerCase(),
    spanId: spanId.toLowerCase(),
    parentId: parentId.toLowerCase(),
    traceState: '',
  };
}

export const injectB3Multiple: Inject = ({ traceId, spanId, parentId, sampled }, headers) => {
  headers.set('x-b3-traceid', traceId);
  headers.set('x-b3-spanid', spanId);
  if (parentId !== '') headers.set('x-b3-parentspanid', parentId);
  headers.set('x-b3-sampled', sampled ? '1' : '0');
};

export const injectB3Single: Inject = ({ traceId, spanId, parentId, sampled }, headers) => {
  headers.set('b3', `${traceId}-${spanId}-${sampled ? '1' : '0'}${parentId === '' ? '' : `-${parentId}`}`);
};
