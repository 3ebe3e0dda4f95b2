import type { InstanceConfig } from '../../policy/index.js';
import { listEntry } from '../../resources/istio/policy/instances/check.js';
import { kubernetes } from '../../resources/istio/policy/instances/kubernetes.js';
import { logEntry } from '../../resources/istio/policy/instances/logentry.js';
import { metric } from '../../resources/istio/policy/instances/metric.js';
import { quota } from '../../resources/istio/policy/instances/quota.js';
import { traceSpan } from '../../resources/istio/policy/instances/tracespan.js';
import type { InstanceKind } from '../../resources/istio/policy/names.js';
import { snakeCase } from '../../resources/istio/policy/proto-json.js';
import type { KubeObject } from '../../resources/object.js';

/** An instance as the evaluator reads it: expressions by field. */
export const INSTANCES: Readonly<Record<InstanceKind, (object: KubeObject) => InstanceConfig>> = {
  checknothing: () => ({ template: 'checknothing' }),
  reportnothing: () => ({ template: 'reportnothing' }),
  listentry: (object) => ({ template: 'listentry', value: listEntry.specOf(object).value ?? '""' }),
  quota: (object) => ({ template: 'quota', dimensions: quota.specOf(object).dimensions ?? {} }),
  metric: (object) => {
    const { value = '0', dimensions = {} } = metric.specOf(object);
    return { template: 'metric', value, dimensions };
  },
  logentry: (object) => {
    const { severity = '', timestamp = '', variables = {} } = logEntry.specOf(object);
    return { template: 'logentry', severity, timestamp, variables };
  },
  tracespan: (object) => {
    const spec = traceSpan.specOf(object);
    return {
      template: 'tracespan',
      traceId: spec.traceId ?? '',
      spanId: spec.spanId ?? '',
      parentSpanId: spec.parentSpanId ?? '',
      spanName: spec.spanName ?? '',
      startTime: spec.startTime ?? '',
      endTime: spec.endTime ?? '',
      spanTags: spec.spanTags ?? {},
    };
  },
  kubernetes: (object) => {
    const { attributeBindings = {}, ...inputs } = kubernetes.specOf(object);
    const given = Object.entries(inputs).filter(([, text]) => text !== '');
    return {
      template: 'kubernetes',
      inputs: Object.fromEntries(given.map(([name, text]) => [snakeCase(name), text])),
      attributeBindings,
    };
  },
};
