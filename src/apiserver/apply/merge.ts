import type { Schema } from '../../resources/schema.js';
import { getField, isObject, type JsonObject, setField } from '../json.js';
import { type FieldSet, isEmptySet, NO_FIELDS } from './field-set.js';
import { itemElement, shapeOf, valueElement } from './field-shape.js';

/** What an applied configuration makes of the live value: its fields win, what it does not name stays. */
export function mergeApplied(live: unknown, applied: unknown, schema: Schema | undefined): unknown {
  const shape = shapeOf(applied, schema);
  if (shape.type === 'fields' && isObject(applied)) {
    const result: JsonObject = isObject(live) ? { ...live } : {};
    for (const [field, value] of Object.entries(applied)) {
      setField(result, field, mergeApplied(getField(result, field), value, shape.of(field)));
    }
    return result;
  }
  // An empty granular map or keyed list asks for nothing but to be there.
  if (isObject(applied) && isObject(live) && schema?.['x-kubernetes-map-type'] !== 'atomic') return live;
  if (!Array.isArray(live) || !Array.isArray(applied)) return applied;
  if (shape.type === 'items') return mergeItems(live, applied, shape.keys, shape.item);
  if (shape.type !== 'set') return applied;
  const had = new Set(live.map(valueElement));
  return [...live, ...applied.filter((item) => !had.has(valueElement(item)))];
}

function mergeItems(live: unknown[], applied: unknown[], keys: readonly string[], item: Schema | undefined): unknown[] {
  const result = [...live];
  const index = new Map(live.map((value, i) => [itemElement(value, keys), i]));
  for (const value of applied) {
    const at = index.get(itemElement(value, keys));
    if (at === undefined) result.push(value);
    else result[at] = mergeApplied(result[at], value, item);
  }
  return result;
}

/**
 * The value without the fields of a set. What has nothing in it any more goes too, where it had something.
 * @param kept what the configuration names stays, even if it is empty
 */
export function withoutFields(value: unknown, set: FieldSet, kept: FieldSet, schema: Schema | undefined): unknown {
  const shape = shapeOf(value, schema);
  if (shape.type === 'fields' && isObject(value)) {
    const result: JsonObject = {};
    for (const [field, part] of Object.entries(value)) {
      const [below, named] = [set[`f:${field}`], kept[`f:${field}`]];
      const rest = below ? withoutPart(part, below, named, shape.of(field)) : part;
      if (rest !== undefined) setField(result, field, rest);
    }
    return result;
  }
  if (!Array.isArray(value)) return value;
  if (shape.type === 'items') {
    return value.flatMap((item) => {
      const element = itemElement(item, shape.keys);
      const below = set[element];
      if (!below) return [item];
      return below['.'] ? [] : [withoutFields(item, below, kept[element] ?? NO_FIELDS, shape.item)];
    });
  }
  return shape.type === 'set' ? value.filter((item) => !set[valueElement(item)]) : value;
}

function withoutPart(part: unknown, below: FieldSet, kept: FieldSet | undefined, schema: Schema | undefined): unknown {
  if (isEmptySet(below)) return undefined;
  const rest = withoutFields(part, below, kept ?? NO_FIELDS, schema);
  return kept === undefined && isEmptied(rest) ? undefined : rest;
}

function isEmptied(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
}
