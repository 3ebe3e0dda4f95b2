import { type AttributeBag, compileExpression, Failure, type Vocabulary } from '../../expr/index.js';
import type { QuotaLimit, QuotaOverride } from '../config.js';
import { stringify } from '../stringify.js';

/** The limit that holds for an instance, and the name of its cell. */
export interface Allotment {
  readonly key: string;
  readonly maxAmount: number;
  readonly validDuration_ms: number;
}

/** Values of dimensions as texts, which is how overrides name them, in the order of the dimensions' names. */
export type Dimensions = readonly string[];

export interface DimensionReader {
  readonly names: readonly string[];
  read(bag: AttributeBag): Dimensions | Failure;
}

/** @throws ExpressionError */
export function dimensionReader(
  expressions: Readonly<Record<string, string>>,
  vocabulary: Vocabulary,
): DimensionReader {
  const names = Object.keys(expressions).sort();
  const compiled = names.map((name) => compileExpression(expressions[name]!, vocabulary));
  const read = (bag: AttributeBag) => {
    const values: string[] = [];
    for (const { type, evaluate } of compiled) {
      const value = evaluate(bag);
      if (value instanceof Failure) return value;
      values.push(stringify(value, type));
    }
    return values;
  };
  return { names, read };
}

export type Allot = (dimensions: Dimensions) => Allotment;

/** memquota: each combination of dimensions has a cell of its own. */
export function memoryAllotment(limit: QuotaLimit, names: readonly string[]): Allot {
  const overrides = limit.overrides.map((override) => compileOverride(override, names));
  return (dimensions) => {
    const { maxAmount, validDuration_ms } = find(overrides, dimensions) ?? limit;
    return { key: cellKey(limit.name, dimensions), maxAmount, validDuration_ms };
  };
}

/** redisquota: all requests share the quota's cell but those of an override, which share the override's. */
export function redisAllotment(limit: QuotaLimit, names: readonly string[]): Allot {
  const { validDuration_ms } = limit;
  const overrides = limit.overrides.map((override) => compileOverride(override, names));
  const common = { key: limit.name, maxAmount: limit.maxAmount, validDuration_ms };
  return (dimensions) => {
    const override = find(overrides, dimensions);
    if (override === undefined) return common;
    const named = Object.entries(override.dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
    return { key: cellKey(limit.name, named.flat()), maxAmount: override.maxAmount, validDuration_ms };
  };
}

/** Values stand with their lengths: whatever a caller puts into one, it names no other cell. */
function cellKey(name: string, values: readonly string[]): string {
  let key = name;
  for (const value of values) key += `;${value.length}=${value}`;
  return key;
}

interface CompiledOverride {
  readonly override: QuotaOverride;
  readonly wanted: readonly (readonly [index: number, value: string])[];
}

/** A dimension that the instance has not is the empty text, as in Mixer. */
function compileOverride(override: QuotaOverride, names: readonly string[]): CompiledOverride {
  const wanted = Object.entries(override.dimensions).map(([name, value]) => [names.indexOf(name), value] as const);
  return { override, wanted };
}

function find(overrides: readonly CompiledOverride[], dimensions: Dimensions): QuotaOverride | undefined {
  const agrees = ([index, value]: readonly [number, string]) => (dimensions[index] ?? '') === value;
  for (const { override, wanted } of overrides) {
    if (wanted.every(agrees)) return override;
  }
  return undefined;
}
