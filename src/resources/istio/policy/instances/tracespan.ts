import { string, stringMap } from '../../schemas.js';
import { expressionsIn, expressionsOfMap } from '../expressions.js';
import { policyKind } from '../policy-kind.js';
import { message } from '../proto-json.js';

export interface TraceSpanSpec {
  traceId?: string;
  spanId?: string;
  parentSpanId?: string;
  spanName?: string;
  startTime?: string;
  endTime?: string;
  spanTags?: Record<string, string>;
}

export const traceSpan = policyKind<TraceSpanSpec>({
  kind: 'tracespan',
  plural: 'tracespans',
  description: 'tracespan (Istio 0.7): one span of a trace, for each request',
  spec: message({
    traceId: string,
    spanId: string,
    parentSpanId: string,
    spanName: string,
    startTime: string,
    endTime: string,
    spanTags: stringMap,
  }),
  expressions: (spec) => [
    ...expressionsIn(spec, {
      traceId: 'STRING',
      spanId: 'STRING',
      parentSpanId: 'STRING',
      spanName: 'STRING',
      startTime: 'TIMESTAMP',
      endTime: 'TIMESTAMP',
    }),
    ...expressionsOfMap('spec.spanTags', spec.spanTags),
  ],
});
