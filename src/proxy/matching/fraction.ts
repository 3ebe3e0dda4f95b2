import type { Random } from '../../base/random.js';
import type { RuntimeFractionalPercent } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import {
  type FractionalPercent,
  FractionalPercent_DenominatorType,
} from '../../xds/types/gen/envoy/type/v3/percent_pb.js';

/** @returns 0 to 1; 0 for an absent message */
export function fractionOf(percent: FractionalPercent | undefined): number {
  if (percent === undefined) return 0;
  const denominators = {
    [FractionalPercent_DenominatorType.HUNDRED]: 100,
    [FractionalPercent_DenominatorType.TEN_THOUSAND]: 10_000,
    [FractionalPercent_DenominatorType.MILLION]: 1_000_000,
  };
  return Math.min(1, percent.numerator / denominators[percent.denominator]);
}

/** The runtime layer is not served, so a runtime fraction is its default. An absent message means always. */
export function runtimeFractionOf(percent: RuntimeFractionalPercent | undefined): number {
  return percent === undefined ? 1 : fractionOf(percent.defaultValue);
}

export function happens(fraction: number, random: Random): boolean {
  return fraction >= 1 || (fraction > 0 && random.next() < fraction);
}
