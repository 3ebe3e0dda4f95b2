import type { FieldError } from '../../kind.js';
import type { Schema } from '../../schema.js';
import { duplicate, forbidden, invalid, notSupported, required } from '../../validation/errors.js';
import { immutable } from '../../validation/metadata.js';
import { dns1035Label, dns1123Subdomain } from '../../validation/names.js';
import type { CustomResourceDefinitionObject, CustomVersion } from './types.js';

/** Levels of a schema; those of real definitions stay far below. */
const SCHEMA_DEPTH_MAX = 60;
const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

export function validateDefinition({ metadata, spec }: CustomResourceDefinitionObject): FieldError[] {
  if (!spec) return [required('spec')];
  const errors: FieldError[] = [];
  const { group, names, scope, versions = [] } = spec;
  if (metadata.name !== `${names?.plural}.${group}`) {
    errors.push(invalid('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (!group) errors.push(required('spec.group'));
  else errors.push(...ruled('spec.group', group, dns1123Subdomain(group)));
  if (group && !group.includes('.'))
    errors.push(invalid('spec.group', group, 'should be a domain with at least one dot'));
  if (!['Namespaced', 'Cluster'].includes(scope)) {
    errors.push(notSupported('spec.scope', scope, ['Cluster', 'Namespaced']));
  }
  if (!names?.kind) errors.push(required('spec.names.kind'));
  if (!names?.plural) errors.push(required('spec.names.plural'));
  else errors.push(...ruled('spec.names.plural', names.plural, dns1035Label(names.plural)));
  if (spec.conversion?.strategy !== undefined && spec.conversion.strategy !== 'None') {
    errors.push(forbidden('spec.conversion.strategy', 'webhooks are not called here; use None'));
  }
  return [...errors, ...validateVersions(versions)];
}

export function validateDefinitionUpdate(
  { spec }: CustomResourceDefinitionObject,
  { spec: old }: CustomResourceDefinitionObject,
): FieldError[] {
  return [
    ...immutable('spec.group', spec.group, old.group),
    ...immutable('spec.scope', spec.scope, old.scope),
    ...immutable('spec.names.kind', spec.names.kind, old.names.kind),
    ...immutable('spec.names.plural', spec.names.plural, old.names.plural),
  ];
}

function validateVersions(versions: readonly CustomVersion[]): FieldError[] {
  const errors: FieldError[] = [];
  if (versions.length === 0) return [required('spec.versions')];
  if (versions.filter(({ storage }) => storage).length !== 1) {
    errors.push(
      invalid(
        'spec.versions',
        versions.map(({ name }) => name),
        'must have exactly one version marked as storage version',
      ),
    );
  }
  const seen = new Set<string>();
  for (const [i, version] of versions.entries()) {
    const at = `spec.versions[${i}]`;
    if (seen.has(version.name)) errors.push(duplicate(`${at}.name`, version.name));
    seen.add(version.name);
    errors.push(...ruled(`${at}.name`, version.name ?? '', dns1035Label(version.name ?? '')));
    const schema = version.schema?.openAPIV3Schema;
    const field = `${at}.schema.openAPIV3Schema`;
    if (schema === undefined) errors.push(required(field, 'schemas are required'));
    else errors.push(...validateSchema(schema, field, 0, true));
    for (const [j, column] of (version.additionalPrinterColumns ?? []).entries()) {
      if (column.jsonPath?.startsWith('.')) continue;
      errors.push(
        invalid(
          `${at}.additionalPrinterColumns[${j}].jsonPath`,
          column.jsonPath,
          'must be a simple json path starting with .',
        ),
      );
    }
  }
  return errors;
}

/** Structural schemas only, as Kubernetes wants them since v1, and no rules that nobody here would evaluate. */
function validateSchema(schema: Schema, field: string, depth: number, structural: boolean): FieldError[] {
  if (depth > SCHEMA_DEPTH_MAX) return [forbidden(field, `nested deeper than ${SCHEMA_DEPTH_MAX} levels`)];
  const errors: FieldError[] = [];
  const { type } = schema;
  if (type !== undefined && !TYPES.includes(type)) errors.push(notSupported(`${field}.type`, type, TYPES));
  const open = schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields'];
  if (structural && type === undefined && !open) {
    errors.push(
      required(
        `${field}.type`,
        depth === 0 ? 'must not be empty at the root' : 'must not be empty for specified object fields',
      ),
    );
  }
  if (schema['x-kubernetes-validations']?.length) {
    errors.push(forbidden(`${field}.x-kubernetes-validations`, 'rules in CEL are not evaluated here; leave them out'));
  }
  if (schema.$ref !== undefined) errors.push(forbidden(`${field}.$ref`, '$ref is not supported'));
  if (schema.pattern !== undefined && !isPattern(schema.pattern)) {
    errors.push(invalid(`${field}.pattern`, schema.pattern, 'must be a valid regular expression'));
  }
  for (const [name, child] of childrenOf(schema)) {
    const logical = /^(allOf|anyOf|oneOf|not)/.test(name);
    errors.push(...validateSchema(child, `${field}.${name}`, depth + 1, structural && !logical));
  }
  return errors;
}

function childrenOf(schema: Schema): [string, Schema][] {
  const children: [string, Schema][] = Object.entries(schema.properties ?? {}).map(([name, child]) => [
    `properties[${name}]`,
    child,
  ]);
  if (typeof schema.additionalProperties === 'object')
    children.push(['additionalProperties', schema.additionalProperties]);
  if (schema.items) children.push(['items', schema.items]);
  if (schema.not) children.push(['not', schema.not]);
  for (const key of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [i, child] of (schema[key] ?? []).entries()) children.push([`${key}[${i}]`, child]);
  }
  return children;
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u');
    return true;
  } catch {
    return false;
  }
}

function ruled(field: string, value: string, problem: string | undefined): FieldError[] {
  return problem === undefined ? [] : [invalid(field, value, problem)];
}
