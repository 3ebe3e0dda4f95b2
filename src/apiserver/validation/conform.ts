import type { FieldError } from '../../resources/kind.js';
import type { Schema } from '../../resources/schema.js';
import { resolveSchema, schemaRef } from '../../resources/schemas/index.js';
import { isObject, type JsonObject, setField } from '../json.js';
import { nearestWord } from './suggestion.js';
import { checkLimits, checkType } from './value-check.js';

/** Levels of nesting of any object; the YAML of no kind comes near. */
export const DEPTH_MAX = 100;
/** More errors of one object than this help nobody. */
const ERRORS_MAX = 50;
/** As many as Kubernetes reports. */
const UNKNOWN_MAX = 100;

export interface Conformed {
  /** A fresh copy, without unknown fields and nulls. */
  readonly value: JsonObject;
  /** `spec.replicsa (did you mean "replicas"?)` */
  readonly unknown: readonly UnknownField[];
  readonly errors: readonly FieldError[];
}

export interface UnknownField {
  readonly path: string;
  readonly suggestion?: string;
}

const OBJECT_META = schemaRef('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');

const TYPE_META = { apiVersion: { type: 'string' }, kind: { type: 'string' } } as const;

/** What no schema describes; nulls stay in it. */
const ANYTHING: Schema = { 'x-kubernetes-preserve-unknown-fields': true };

const wholeSchemas = new WeakMap<Schema, Schema>();

/** A kind's schema with that of metadata, which is the same in all kinds, whatever the kind's own says. */
export function wholeSchema(schema: Schema): Schema {
  let whole = wholeSchemas.get(schema);
  if (!whole) {
    const resolved = resolveSchema(schema);
    whole = { ...resolved, properties: { ...resolved.properties, ...TYPE_META, metadata: OBJECT_META } };
    wholeSchemas.set(schema, whole);
  }
  return whole;
}

/** Holds an object of any kind against its schema. */
export function conform(object: JsonObject, schema: Schema): Conformed {
  const walk = new Walk();
  const value = walk.visit(object, wholeSchema(schema), '', 0);
  return { value: value as JsonObject, unknown: walk.unknown, errors: walk.errors };
}

class Walk {
  readonly unknown: UnknownField[] = [];
  readonly errors: FieldError[] = [];

  visit(value: unknown, reference: Schema, path: string, depth: number): unknown {
    if (depth > DEPTH_MAX) {
      this.report({
        reason: 'FieldValueInvalid',
        field: path,
        message: `Invalid value: nested deeper than ${DEPTH_MAX} levels`,
      });
      return undefined;
    }
    const schema = resolveSchema(reference);
    const typeError = checkType(value, schema, reference.$ref, path);
    if (typeError) {
      this.report(typeError);
      return value;
    }
    for (const error of checkLimits(value, schema, path)) this.report(error);
    for (const error of checkLogic(value, schema, path, depth)) this.report(error);
    if (Array.isArray(value)) return this.items(value, schema, path, depth);
    if (isObject(value)) return this.fields(value, schema, path, depth);
    return reference.$ref?.endsWith('.Quantity') && typeof value === 'number' ? String(value) : value;
  }

  private items(items: readonly unknown[], schema: Schema, path: string, depth: number): unknown[] {
    return items.map((item, index) => this.visit(item, schema.items ?? ANYTHING, `${path}[${index}]`, depth + 1));
  }

  private fields(object: JsonObject, schema: Schema, path: string, depth: number): JsonObject {
    const copy: JsonObject = {};
    for (const name of Object.keys(object)) {
      // Go's decoder takes null for "not given"; manifests with an empty `spec:` rely on it.
      const value = object[name];
      if (value === undefined) continue;
      if (value === null) {
        if (schema === ANYTHING || schema.properties?.[name]?.nullable) setField(copy, name, null);
        continue;
      }
      const fieldPath = path === '' ? name : `${path}.${name}`;
      const fieldSchema = this.schemaOf(name, schema, fieldPath);
      if (fieldSchema === 'unknown') continue;
      setField(copy, name, this.visit(value, fieldSchema ?? ANYTHING, fieldPath, depth + 1));
    }
    for (const name of schema.required ?? []) {
      if (copy[name] !== undefined || schema.properties?.[name]?.default !== undefined) continue;
      const field = path === '' ? name : `${path}.${name}`;
      this.report({ reason: 'FieldValueRequired', field, message: 'Required value' });
    }
    return copy;
  }

  /** The schema of a field, undefined where anything goes. */
  private schemaOf(name: string, schema: Schema, path: string): Schema | 'unknown' | undefined {
    if (schema.properties && Object.hasOwn(schema.properties, name)) return schema.properties[name];
    if (isObject(schema.additionalProperties)) return schema.additionalProperties as Schema;
    const open = schema['x-kubernetes-preserve-unknown-fields'] || schema.additionalProperties === true;
    if (open || !schema.properties) return undefined;
    if (this.unknown.length >= UNKNOWN_MAX) return 'unknown';
    const suggestion = nearestWord(name, Object.keys(schema.properties));
    this.unknown.push(suggestion === undefined ? { path } : { path, suggestion });
    return 'unknown';
  }

  private report(error: FieldError): void {
    if (this.errors.length < ERRORS_MAX) this.errors.push(error);
  }
}

/** `allOf`, `anyOf`, `oneOf` and `not`, which say of a value only whether it may be. */
function checkLogic(value: unknown, schema: Schema, path: string, depth: number): FieldError[] {
  const { allOf = [], anyOf, oneOf, not } = schema;
  if (allOf.length === 0 && !anyOf && !oneOf && !not) return [];
  const errors = allOf.flatMap((part) => problemsOf(value, part, path, depth));
  const fits = (part: Schema): boolean => problemsOf(value, part, path, depth).length === 0;
  const invalid = (why: string): void => {
    const message = `Invalid value: ${path || '<root>'} in body ${why}`;
    errors.push({ reason: 'FieldValueInvalid', field: path || '<root>', message });
  };
  if (anyOf && !anyOf.some(fits)) invalid('must validate at least one schema (anyOf)');
  if (oneOf && oneOf.filter(fits).length !== 1) invalid('must validate one and only one schema (oneOf)');
  if (not && fits(not)) invalid('must not validate the schema (not)');
  return errors;
}

function problemsOf(value: unknown, schema: Schema, path: string, depth: number): readonly FieldError[] {
  const walk = new Walk();
  walk.visit(value, schema, path, depth + 1);
  return walk.errors;
}
