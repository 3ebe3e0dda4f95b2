import type { Host, RateRecord } from '../host.js';
import type { OutlierOptions } from './outlier-options.js';

/** Where results come from: answers of the host, or failures to get one. */
export type Origin = 'external' | 'localOrigin';

export interface RateVerdict {
  /** Mean of the success rates in percent; -1 where too few hosts had enough requests. */
  readonly average: number;
  /** Success rate in percent below which a host is an outlier; -1 without one. */
  readonly threshold: number;
  readonly belowRate: readonly Host[];
  readonly aboveFailures: readonly Host[];
}

interface Rate {
  readonly host: Host;
  readonly percent: number;
}

/**
 * Ends an interval: what each host answered in it, compared with the others and with a fixed part
 * (Envoy's "Success Rate" and "Failure Percentage").
 */
export function judgeRates(hosts: readonly Host[], origin: Origin, options: OutlierOptions): RateVerdict {
  const { successRate, failurePercentage } = options;
  const rates = hosts.map((host) => ({ host, ...close(host.outlier[origin]) }));
  if (hosts.length < successRate.minimumHosts && hosts.length < failurePercentage.minimumHosts) return NOTHING;
  const judged = rates.filter(({ host, total }) => host.outlier.ejectedAt_ms === undefined && total > 0);
  const least = Math.min(successRate.requestVolume, failurePercentage.requestVolume);
  for (const { host, total, percent } of judged) if (total >= least) host.outlier[origin].rate = percent;
  const comparable = judged.filter(({ total }) => total >= successRate.requestVolume);
  const countable = judged.filter(({ total }) => total >= failurePercentage.requestVolume);
  const enough = comparable.length > 0 && comparable.length >= successRate.minimumHosts;
  const { average, threshold } = enough ? thresholdOf(comparable, successRate.stdevFactor) : NOTHING;
  const counts = countable.length > 0 && countable.length >= failurePercentage.minimumHosts;
  return {
    average,
    threshold,
    belowRate: enough ? comparable.filter(({ percent }) => percent < threshold).map(({ host }) => host) : [],
    aboveFailures: counts
      ? countable.filter(({ percent }) => 100 - percent >= failurePercentage.threshold).map(({ host }) => host)
      : [],
  };
}

const NOTHING: RateVerdict = { average: -1, threshold: -1, belowRate: [], aboveFailures: [] };

/** The interval's numbers, and a new interval. */
function close(record: RateRecord): { readonly total: number; readonly percent: number } {
  const { total, success } = record;
  record.total = 0;
  record.success = 0;
  record.rate = -1;
  return { total, percent: total === 0 ? 0 : (100 * success) / total };
}

function thresholdOf(rates: readonly Rate[], factor: number): { average: number; threshold: number } {
  const average = rates.reduce((sum, { percent }) => sum + percent, 0) / rates.length;
  const variance = rates.reduce((sum, { percent }) => sum + (percent - average) ** 2, 0) / rates.length;
  return { average, threshold: average - factor * Math.sqrt(variance) };
}
