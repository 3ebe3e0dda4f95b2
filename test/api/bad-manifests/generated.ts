import { wholeSchema } from '../../../src/apiserver/validation/conform.js';
import type { KubeObject } from '../../../src/resources/object.js';
import type { Schema } from '../../../src/resources/schema.js';
import { resolveSchema } from '../../../src/resources/schemas/index.js';
import { BASES } from './bases.js';
import { type BadManifest, type Base, changed, literal } from './manifest.js';

/** Names shorter than this have too many neighbours for a suggestion to be certain. */
const SUGGESTED_CHARS_MIN = 6;
const FIELDS_OF_KIND_MAX = 14;

/** Each field of each kind, two levels deep, once with a value of a wrong type and once with its name misspelt. */
export function generatedManifests(schemaOf: (base: Base) => Schema | undefined): BadManifest[] {
  return BASES.flatMap((base) => {
    const schema = schemaOf(base);
    if (!schema) throw new Error(`${base.kind} is not served`);
    const fields = fieldsOf(wholeSchema(schema), base).slice(0, FIELDS_OF_KIND_MAX);
    return fields.flatMap(([path, field]) => [...wrongType(base, path, field), ...misspelt(base, path)]);
  });
}

function fieldsOf(schema: Schema, base: Base): [string, Schema][] {
  const top = Object.entries(schema.properties ?? {}).filter(([name]) => !['apiVersion', 'kind'].includes(name));
  return top.flatMap(([name, reference]): [string, Schema][] => {
    const field = resolveSchema(reference);
    const inner = name === 'spec' && base['spec'] ? Object.entries(field.properties ?? {}) : [];
    return [[name, field], ...inner.map(([key, below]): [string, Schema] => [`${name}.${key}`, resolveSchema(below)])];
  });
}

function wrongType(base: Base, path: string, schema: Schema): BadManifest[] {
  const flexible = schema['x-kubernetes-int-or-string'] || schema.format === 'int-or-string';
  if (schema.type === undefined || flexible) return [];
  const value = schema.type === 'string' || schema.type === 'boolean' ? { wrong: true } : 'wrong';
  const says = literal(`must be of type ${schema.type}`);
  return [{ what: `${base.kind} with ${path} of a wrong type`, object: changed(base, path, value), field: path, says }];
}

function misspelt(base: Base, path: string): BadManifest[] {
  const name = path.split('.').at(-1)!;
  if (name.length < SUGGESTED_CHARS_MIN || path === 'metadata') return [];
  const middle = Math.floor(name.length / 2);
  const parent = path.slice(0, path.length - name.length);
  const wrong = `${parent}${name.slice(0, middle)}${name.slice(middle + 1)}`;
  const says = literal(`unknown field "${wrong}" (did you mean "${name}"?)`);
  const object: KubeObject = changed(base, wrong, 'x');
  return [{ what: `${base.kind} with ${wrong}`, object, field: '', says }];
}
