import type { PrometheusMetric } from '../config.js';

/** Where values of metrics go. */
export interface MetricSink {
  /** @param labels values, in the order of the metric's label names */
  record(metric: PrometheusMetric, labels: readonly string[], value: number): void;
}
