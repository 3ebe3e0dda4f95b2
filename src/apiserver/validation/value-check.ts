import type { FieldError } from '../../resources/kind.js';
import type { Schema } from '../../resources/schema.js';
import { isObject } from '../json.js';

/** Whether a value has the JSON type that its schema asks for; the words are those of Kubernetes for custom resources. */
export function checkType(
  value: unknown,
  schema: Schema,
  ref: string | undefined,
  path: string,
): FieldError | undefined {
  const wanted = schema.type;
  const actual = typeOf(value);
  if (wanted === undefined || wanted === actual) return undefined;
  if (wanted === 'number' && actual === 'integer') return undefined;
  const flexible = isIntOrString(schema) || ref?.endsWith('.Quantity');
  if (flexible && (actual === 'string' || actual === 'integer' || actual === 'number')) return undefined;
  const field = path === '' ? '<root>' : path;
  const shown = JSON.stringify(actual);
  const message = `Invalid value: ${shown}: ${field} in body must be of type ${flexible ? 'integer or string' : wanted}: ${shown}`;
  return { reason: 'FieldValueTypeInvalid', field, message };
}

/** Enumeration, bounds and pattern. */
export function checkLimits(value: unknown, schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const invalid = (why: string): void => {
    const message = `Invalid value: ${JSON.stringify(value)}: ${path} in body ${why}`;
    errors.push({ reason: 'FieldValueInvalid', field: path, message });
  };
  if (schema.enum && !schema.enum.includes(value as string | number)) {
    const supported = schema.enum.map((item) => JSON.stringify(item)).join(', ');
    const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`;
    errors.push({ reason: 'FieldValueNotSupported', field: path, message });
  }
  if (typeof value === 'number') {
    if (schema.minimum !== undefined && value < schema.minimum)
      invalid(`should be greater than or equal to ${schema.minimum}`);
    if (schema.maximum !== undefined && value > schema.maximum)
      invalid(`should be less than or equal to ${schema.maximum}`);
    if (schema.format === 'int32' && Math.abs(value) > 2 ** 31) invalid('must fit into 32 bits');
  }
  if (typeof value === 'string' && schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
    invalid(`should match '${schema.pattern}'`);
  }
  return errors;
}

function isIntOrString(schema: Schema): boolean {
  return schema['x-kubernetes-int-or-string'] === true || schema.format === 'int-or-string';
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (isObject(value)) return 'object';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return value === null ? 'null' : typeof value;
}
