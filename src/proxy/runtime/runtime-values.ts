import type { JsonObject } from '@bufbuild/protobuf';
import type { RuntimeFeatureFlag, RuntimeFractionalPercent } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { fractionOf } from '../matching/fraction.js';
import type { Runtime, RuntimeCell } from './runtime.js';

/** Reads a value as it is now. */
export type RuntimeNumber = () => number;

const DENOMINATORS: Readonly<Record<string, number>> = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 };

/** A share, 0 to 1: the runtime's where it has the key, else the message's default. An absent message is `absent`. */
export function runtimeFraction(
  percent: RuntimeFractionalPercent | undefined,
  runtime: Runtime,
  absent = 1,
): RuntimeNumber {
  const fallback = percent === undefined ? absent : fractionOf(percent.defaultValue);
  if (percent === undefined || percent.runtimeKey === '') return () => fallback;
  const cell = runtime.cell(percent.runtimeKey);
  return () => (cell.value === undefined ? fallback : (fractionIn(cell) ?? fallback));
}

/** A whole number of the runtime, or `fallback` where it has none. */
export function runtimeInteger(key: string, runtime: Runtime, fallback: number): RuntimeNumber {
  if (key === '') return () => fallback;
  const cell = runtime.cell(key);
  return () => (cell.value === undefined ? fallback : (integerIn(cell) ?? fallback));
}

/** @param absent what an absent message means */
export function runtimeFlag(flag: RuntimeFeatureFlag | undefined, runtime: Runtime, absent: boolean): () => boolean {
  const fallback = flag === undefined ? absent : (flag.defaultValue ?? true);
  if (flag === undefined || flag.runtimeKey === '') return () => fallback;
  const cell = runtime.cell(flag.runtimeKey);
  return () => {
    const { value } = cell;
    if (typeof value === 'boolean') return value;
    if (typeof value === 'string' && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
    return fallback;
  };
}

/** A whole number is a percentage; a FractionalPercent has its own denominator. */
function fractionIn(cell: RuntimeCell): number | undefined {
  const { value } = cell;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return fractionOfJson(value);
  const percent = integerIn(cell);
  return percent === undefined ? undefined : Math.min(1, percent / 100);
}

function fractionOfJson(value: JsonObject): number | undefined {
  const numerator = Number(value['numerator'] ?? 0);
  const denominator = DENOMINATORS[String(value['denominator'] ?? 'HUNDRED')];
  return denominator === undefined || Number.isNaN(numerator) ? undefined : Math.min(1, numerator / denominator);
}

function integerIn({ value }: RuntimeCell): number | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined;
  const number = Number(value);
  return Number.isInteger(number) && number >= 0 ? number : undefined;
}
