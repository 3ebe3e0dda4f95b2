import type { Random } from '../../base/random.js';
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

export function happens(fraction: number, random: Random): boolean {
  return fraction >= 1 || (fraction > 0 && random.next() < fraction);
}
