import type { HeaderMap } from '../../wire/http1/index.js';
import type { Inject, SpanContext } from './span.js';

/** `00-TRACE-PARENT-FLAGS`; later versions may have more behind. */
const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(?:-.*)?$/;
const ZEROS = /^0+$/;

export type ReadTraceParent =
  | { readonly kind: 'absent' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'context'; readonly context: SpanContext };

/** Source: https://www.w3.org/TR/trace-context/#traceparent-header. `spanId` is the caller's. */
export function readTraceParent(headers: HeaderMap): ReadTraceParent {
  const value = headers.get('traceparent');
  if (value === undefined) return { kind: 'absent' };
  const match = TRACEPARENT.exec(value);
  if (match === null) return { kind: 'malformed' };
  const [, version = '', traceId = '', spanId = '', flags = ''] = match;
  const tail = value.length > 55;
  if (version === 'ff' || (version === '00' && tail) || ZEROS.test(traceId) || ZEROS.test(spanId))
    return { kind: 'malformed' };
  const sampled = (Number.parseInt(flags, 16) & 1) === 1;
  const traceState = headers.get('tracestate') ?? '';
  return { kind: 'context', context: { traceId, spanId, parentId: '', sampled, traceState } };
}

/** Both headers, the state even when it is empty, as Envoy does. */
export const injectTraceParent: Inject = ({ traceId, spanId, sampled, traceState }, headers) => {
  headers.set('traceparent', `00-${traceId.padStart(32, '0')}-${spanId}-${sampled ? '01' : '00'}`);
  headers.set('tracestate', traceState);
};
