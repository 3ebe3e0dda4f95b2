import type { Schema } from '../../resources/schema.js';
import { equalJson, isObject } from '../json.js';
import { itemElement, shapeOf, valueElement } from './field-shape.js';

/**
 * A set of fields in the form of managedFields' `fieldsV1`: `f:` a field, `k:` an item by its keys, `v:` an item by its value;
 * an empty tree, or `.` within one, means the thing itself.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

export const NO_FIELDS: FieldSet = {};
const SELF = '.';

/** All parts of a value that can have an owner of their own. */
export function fieldsOf(value: unknown, schema: Schema | undefined): FieldSet {
  const set: Record<string, FieldSet> = {};
  const shape = shapeOf(value, schema);
  if (shape.type === 'fields' && isObject(value)) {
    for (const [field, part] of Object.entries(value)) set[`f:${field}`] = fieldsOf(part, shape.of(field));
  } else if (shape.type === 'items' && Array.isArray(value)) {
    for (const item of value) set[itemElement(item, shape.keys)] = { [SELF]: {}, ...fieldsOf(item, shape.item) };
  } else if (shape.type === 'set' && Array.isArray(value)) {
    for (const item of value) set[valueElement(item)] = {};
  }
  return set;
}

/** The parts of `after` that are not, or are different, in `before`. */
export function changedFields(before: unknown, after: unknown, schema: Schema | undefined): FieldSet | undefined {
  if (equalJson(before, after)) return undefined;
  const shape = shapeOf(after, schema);
  const set: Record<string, FieldSet> = {};
  if (shape.type === 'fields' && isObject(after)) {
    const was = isObject(before) ? before : {};
    for (const [field, part] of Object.entries(after))
      addChange(set, `f:${field}`, changedFields(was[field], part, shape.of(field)));
  } else if (shape.type === 'items' && Array.isArray(after)) {
    const was = new Map(list(before).map((item) => [itemElement(item, shape.keys), item]));
    for (const item of after) {
      const element = itemElement(item, shape.keys);
      const change = changedFields(was.get(element), item, shape.item);
      addChange(set, element, change && !was.has(element) ? { [SELF]: {}, ...change } : change);
    }
  } else if (shape.type === 'set' && Array.isArray(after)) {
    const was = new Set(list(before).map(valueElement));
    for (const item of after) if (!was.has(valueElement(item))) set[valueElement(item)] = {};
  } else {
    return {};
  }
  return Object.keys(set).length > 0 ? set : undefined;
}

function addChange(set: Record<string, FieldSet>, element: string, change: FieldSet | undefined): void {
  if (change) set[element] = change;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isLeaf(set: FieldSet): boolean {
  return Object.keys(set).length === 0;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const set: Record<string, FieldSet> = { ...a };
  for (const [element, below] of Object.entries(b)) set[element] = set[element] ? union(set[element], below) : below;
  return set;
}

/** What of `a` is not in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  const set: Record<string, FieldSet> = {};
  for (const [element, below] of Object.entries(a)) {
    const other = b[element];
    if (!other) set[element] = below;
    else if (!isLeaf(below)) {
      const rest = difference(below, other);
      if (!isLeaf(rest)) set[element] = rest;
    }
  }
  return set;
}

/** What of `a` is also in `b`; a leaf of either meets all that is below it in the other. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const set: Record<string, FieldSet> = {};
  for (const [element, below] of Object.entries(a)) {
    const other = b[element];
    if (!other) continue;
    if (isLeaf(below) || isLeaf(other)) set[element] = isLeaf(below) ? below : other;
    else {
      const common = intersection(below, other);
      if (!isLeaf(common)) set[element] = common;
    }
  }
  return set;
}

export function isEmptySet(set: FieldSet): boolean {
  return isLeaf(set);
}

/** `.spec.containers[name="app"].image` for each part. */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
  return Object.entries(set).flatMap(([element, below]) => {
    if (element === SELF) return [prefix];
    const path = prefix + elementPath(element);
    return isLeaf(below) ? [path] : pathsOf(below, path);
  });
}

function elementPath(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith('f:')) return `.${rest}`;
  if (element.startsWith('v:')) return `[=${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>);
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`;
}
