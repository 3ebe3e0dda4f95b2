import { isIPv4, isIPv6 } from 'node:net';
import type { FieldError } from '../../resources/kind.js';
import type { Schema } from '../../resources/schema.js';
import { equalJson, isObject, type JsonObject } from '../json.js';

/** Whether a value has the JSON type that its schema asks for; the words are those of Kubernetes for custom resources. */
export function checkType(
  value: unknown,
  schema: Schema,
  ref: string | undefined,
  path: string,
): FieldError | undefined {
  const wanted = schema.type;
  const actual = typeOf(value);
  const flexible = isIntOrString(schema) || ref?.endsWith('.Quantity');
  if ((wanted === undefined && !flexible) || wanted === actual) return undefined;
  if (wanted === 'number' && actual === 'integer') return undefined;
  if (flexible && (actual === 'string' || actual === 'integer' || actual === 'number')) return undefined;
  const field = path === '' ? '<root>' : path;
  const shown = JSON.stringify(actual);
  const message = `Invalid value: ${shown}: ${field} in body must be of type ${flexible ? 'integer or string' : wanted}: ${shown}`;
  return { reason: 'FieldValueTypeInvalid', field, message };
}

/** Enumeration, bounds, sizes and pattern. */
export function checkLimits(value: unknown, schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const invalid = (why: string): void => {
    const message = `Invalid value: ${JSON.stringify(value)}: ${path} in body ${why}`;
    errors.push({ reason: 'FieldValueInvalid', field: path, message });
  };
  if (schema.enum && !schema.enum.some((item) => equalJson(item, value))) {
    const supported = schema.enum.map((item) => JSON.stringify(item)).join(', ');
    const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`;
    errors.push({ reason: 'FieldValueNotSupported', field: path, message });
  }
  if (typeof value === 'number') for (const why of numberProblems(value, schema)) invalid(why);
  else if (typeof value === 'string') for (const why of textProblems(value, schema)) invalid(why);
  else if (Array.isArray(value)) for (const why of listProblems(value, schema)) invalid(why);
  else if (isObject(value)) for (const why of objectProblems(value, schema)) invalid(why);
  return errors;
}

function numberProblems(value: number, schema: Schema): string[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const problems: string[] = [];
  if (minimum !== undefined && (value < minimum || (exclusiveMinimum && value === minimum)))
    problems.push(`should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
  if (maximum !== undefined && (value > maximum || (exclusiveMaximum && value === maximum)))
    problems.push(`should be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf))
    problems.push(`should be a multiple of ${multipleOf}`);
  if (schema.format === 'int32' && Math.abs(value) > 2 ** 31) problems.push('must fit into 32 bits');
  return problems;
}

function textProblems(value: string, { minLength = 0, maxLength, pattern, format }: Schema): string[] {
  const problems: string[] = [];
  const length = [...value].length;
  if (length < minLength) problems.push(`should be at least ${minLength} chars long`);
  if (maxLength !== undefined && length > maxLength) problems.push(`should be at most ${maxLength} chars long`);
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) problems.push(`should match '${pattern}'`);
  const isOfFormat = FORMATS[format ?? ''];
  if (format === 'byte' && !isBase64(value)) problems.push('must be base64');
  if (isOfFormat && !isOfFormat(value)) problems.push(`must be of type ${format}: ${JSON.stringify(value)}`);
  return problems;
}

/** With its padding, as Go reads it; line breaks may stand in it. */
function isBase64(text: string): boolean {
  const compact = text.replace(/[\r\n]/g, '');
  return compact.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(compact);
}

/** Formats that Kubernetes checks in custom resources; it takes others as they are. */
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  date: (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)),
  'date-time': (text) => /^\d{4}-\d{2}-\d{2}[Tt ]/.test(text) && !Number.isNaN(Date.parse(text)),
  ipv4: isIPv4,
  ipv6: isIPv6,
  uuid: (text) => /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(text),
  email: (text) => /^[^\s@]+@[^\s@]+$/.test(text),
};

function listProblems(items: readonly unknown[], { minItems = 0, maxItems, uniqueItems, ...schema }: Schema): string[] {
  const problems: string[] = [];
  if (items.length < minItems) problems.push(`should have at least ${minItems} items`);
  if (maxItems !== undefined && items.length > maxItems) problems.push(`should have at most ${maxItems} items`);
  const isSet = uniqueItems || schema['x-kubernetes-list-type'] === 'set';
  const repeated = isSet && items.some((item, i) => items.slice(0, i).some((other) => equalJson(item, other)));
  if (repeated) problems.push("shouldn't contain duplicates");
  return problems;
}

function objectProblems(object: JsonObject, { minProperties = 0, maxProperties }: Schema): string[] {
  const count = Object.keys(object).length;
  if (count < minProperties) return [`should have at least ${minProperties} properties`];
  if (maxProperties !== undefined && count > maxProperties) return [`should have at most ${maxProperties} properties`];
  return [];
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
