import { string, stringMap } from '../../schemas.js';
import { expressionsIn, expressionsOfMap } from '../expressions.js';
import { policyKind } from '../policy-kind.js';
import { message } from '../proto-json.js';

export interface MetricSpec {
  value?: string;
  dimensions?: Record<string, string>;
  monitoredResourceType?: string;
  monitoredResourceDimensions?: Record<string, string>;
}

export const metric = policyKind<MetricSpec>({
  kind: 'metric',
  plural: 'metrics',
  description: 'metric (Istio 0.7): a number with dimensions, for each request',
  spec: message({
    value: string,
    dimensions: stringMap,
    monitoredResourceType: string,
    monitoredResourceDimensions: stringMap,
  }),
  validate: (errors, { value = '' }) => {
    if (value === '') errors.required('spec.value', 'an expression, for example "1" or response.duration');
  },
  expressions: (spec) => [
    ...(spec.value ? [{ field: 'spec.value', text: spec.value }] : []),
    ...expressionsOfMap('spec.dimensions', spec.dimensions),
    ...expressionsIn(spec, { monitoredResourceType: 'STRING' }),
    ...expressionsOfMap('spec.monitoredResourceDimensions', spec.monitoredResourceDimensions),
  ],
});
