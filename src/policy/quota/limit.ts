import type { AttributeBag } from '../../expr/index.js';
import { Failure } from '../../expr/index.js';
import type { QuotaLimit } from '../config.js';
import type { Build, TypedValue } from '../instances.js';
import { stringify } from '../stringify.js';

/** The limit that holds for an instance, and the name of its cell. */
export interface Allotment {
  readonly key: string;
  readonly maxAmount: number;
  readonly validDuration_ms: number;
}

type Dimensions = ReadonlyMap<string, string>;

/** Dimensions as texts, which is how overrides name them. */
export function dimensionsOf(build: Build<ReadonlyMap<string, TypedValue>>, bag: AttributeBag): Dimensions | Failure {
  const values = build(bag);
  if (values instanceof Failure) return values;
  return new Map([...values].map(([name, { type, value }]) => [name, stringify(value, type)]));
}

/** memquota: each combination of dimensions has a cell of its own. */
export function memoryAllotment(limit: QuotaLimit, dimensions: Dimensions): Allotment {
  const { maxAmount, validDuration_ms } = overrideOf(limit, dimensions) ?? limit;
  return { key: `${limit.name};${JSON.stringify([...dimensions])}`, maxAmount, validDuration_ms };
}

/** redisquota: all requests share the quota's cell but those of an override, which share the override's. */
export function redisAllotment(limit: QuotaLimit, dimensions: Dimensions): Allotment {
  const override = overrideOf(limit, dimensions);
  if (override === undefined) return { key: limit.name, ...amountOf(limit, limit.maxAmount) };
  const named = Object.entries(override.dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return { key: `${limit.name}-${JSON.stringify(named)}`, ...amountOf(limit, override.maxAmount) };
}

function amountOf({ validDuration_ms }: QuotaLimit, maxAmount: number) {
  return { maxAmount, validDuration_ms };
}

function overrideOf({ overrides }: QuotaLimit, dimensions: Dimensions) {
  return overrides.find((override) =>
    Object.entries(override.dimensions).every(([name, value]) => (dimensions.get(name) ?? '') === value),
  );
}
