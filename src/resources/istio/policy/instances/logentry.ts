import { string, stringMap } from '../../schemas.js';
import { expressionsIn, expressionsOfMap } from '../expressions.js';
import { policyKind } from '../policy-kind.js';
import { message } from '../proto-json.js';

export interface LogEntrySpec {
  variables?: Record<string, string>;
  timestamp?: string;
  severity?: string;
  monitoredResourceType?: string;
  monitoredResourceDimensions?: Record<string, string>;
}

export const logEntry = policyKind<LogEntrySpec>({
  kind: 'logentry',
  plural: 'logentries',
  description: 'logentry (Istio 0.7): a line of a log, for each request',
  spec: message({
    variables: stringMap,
    timestamp: string,
    severity: string,
    monitoredResourceType: string,
    monitoredResourceDimensions: stringMap,
  }),
  expressions: (spec) => [
    ...expressionsOfMap('spec.variables', spec.variables),
    ...expressionsIn(spec, { timestamp: 'TIMESTAMP', severity: 'STRING', monitoredResourceType: 'STRING' }),
    ...expressionsOfMap('spec.monitoredResourceDimensions', spec.monitoredResourceDimensions),
  ],
});
