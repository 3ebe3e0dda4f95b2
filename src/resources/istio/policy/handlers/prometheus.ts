import type { FieldErrors } from '../../checks.js';
import { int32, list, number, oneOf, string, stringList } from '../../schemas.js';
import { policyKind } from '../policy-kind.js';
import { message } from '../proto-json.js';

const KINDS = ['UNSPECIFIED', 'GAUGE', 'COUNTER', 'DISTRIBUTION'] as const;
/** A series of each bucket is kept for each combination of labels. */
export const BUCKETS_MAX = 200;

export interface Buckets {
  linearBuckets?: { numFiniteBuckets?: number; width?: number; offset?: number };
  exponentialBuckets?: { numFiniteBuckets?: number; growthFactor?: number; scale?: number };
  explicitBuckets?: { bounds?: number[] };
}

export interface MetricInfo {
  name?: string;
  instanceName?: string;
  description?: string;
  kind?: (typeof KINDS)[number];
  buckets?: Buckets;
  labelNames?: string[];
}

export interface PrometheusSpec {
  metrics?: MetricInfo[];
}

export const prometheus = policyKind<PrometheusSpec>({
  kind: 'prometheus',
  plural: 'prometheuses',
  description: 'prometheus (Istio 0.7): metrics that Prometheus can read',
  spec: message({
    metrics: list(
      message({
        name: string,
        instanceName: string,
        description: string,
        kind: oneOf(...KINDS),
        buckets: message({
          linearBuckets: message({ numFiniteBuckets: int32, width: number, offset: number }),
          exponentialBuckets: message({ numFiniteBuckets: int32, growthFactor: number, scale: number }),
          explicitBuckets: message({ bounds: list(number) }),
        }),
        labelNames: stringList,
      }),
    ),
  }),
  validate: (errors, { metrics = [] }) => {
    const seen = new Set<string>();
    metrics.forEach((metric, index) => {
      const field = `spec.metrics[${index}]`;
      if (metric.name && seen.has(metric.name)) errors.duplicate(`${field}.name`, metric.name);
      seen.add(metric.name ?? '');
      checkMetric(errors, field, metric);
    });
  },
});

function checkMetric(errors: FieldErrors, field: string, metric: MetricInfo): void {
  if (!metric.instanceName)
    errors.required(`${field}.instanceName`, 'the whole name of a metric, for example requests.metric.istio-system');
  if (metric.kind === undefined || metric.kind === 'UNSPECIFIED') {
    errors.required(`${field}.kind`, 'one of GAUGE, COUNTER, DISTRIBUTION');
  }
  if (metric.buckets !== undefined) checkBuckets(errors, `${field}.buckets`, metric.buckets);
}

function checkBuckets(errors: FieldErrors, field: string, buckets: Buckets): void {
  const given = Object.keys(buckets);
  if (given.length !== 1) {
    errors.invalid(field, buckets, 'must have exactly one of linearBuckets, exponentialBuckets and explicitBuckets');
  }
  const { linearBuckets: linear, exponentialBuckets: exponential, explicitBuckets: explicit } = buckets;
  if (linear) {
    errors.range(`${field}.linearBuckets.numFiniteBuckets`, linear.numFiniteBuckets ?? 0, 1, BUCKETS_MAX);
    if ((linear.width ?? 0) <= 0)
      errors.invalid(`${field}.linearBuckets.width`, linear.width, 'must be greater than 0');
  }
  if (exponential) {
    const at = `${field}.exponentialBuckets`;
    errors.range(`${at}.numFiniteBuckets`, exponential.numFiniteBuckets ?? 0, 1, BUCKETS_MAX);
    if ((exponential.growthFactor ?? 0) <= 1)
      errors.invalid(`${at}.growthFactor`, exponential.growthFactor, 'must be greater than 1');
    if ((exponential.scale ?? 0) <= 0) errors.invalid(`${at}.scale`, exponential.scale, 'must be greater than 0');
  }
  if (explicit) checkBounds(errors, `${field}.explicitBuckets.bounds`, explicit.bounds ?? []);
}

function checkBounds(errors: FieldErrors, field: string, bounds: readonly number[]): void {
  if (bounds.length === 0) errors.required(field, 'at least one bound');
  if (bounds.length > BUCKETS_MAX)
    errors.invalid(field, bounds.length, `must not have more than ${BUCKETS_MAX} bounds`);
  if (bounds.some((bound, index) => index > 0 && bound <= bounds[index - 1]!)) {
    errors.invalid(field, bounds, 'must increase from each to the next');
  }
}
