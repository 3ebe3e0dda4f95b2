import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KINDS } from '../registry.js';
import type { Schema } from '../schema.js';
import { kubernetesDefinitions, resolveSchema } from './index.js';

function refs(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = '$ref' in value && typeof value.$ref === 'string' ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(refs)];
}

test('every reference leads to a definition', () => {
  for (const ref of new Set(refs(kubernetesDefinitions()))) assert.ok(resolveSchema({ $ref: ref }), ref);
});

test('the schema of every version of every kind has metadata, and exactly one version is stored', () => {
  for (const { kind, versions } of KINDS) {
    assert.equal(versions.filter(({ storage }) => storage).length, 1, kind);
    for (const { name, schema } of versions)
      assert.ok(resolveSchema(schema).properties?.['metadata'], `${kind} ${name}`);
  }
});

test('patch strategies, list keys and defaults are kept; prose is not', () => {
  const definition = (name: string): Schema =>
    resolveSchema({ $ref: `#/components/schemas/io.k8s.api.core.v1.${name}` });
  const containers = definition('PodSpec').properties?.['containers'];
  assert.equal(containers?.['x-kubernetes-patch-merge-key'], 'name');
  assert.deepEqual(containers?.['x-kubernetes-list-map-keys'], ['name']);
  assert.equal(definition('ServicePort').properties?.['protocol']?.default, 'TCP');
  assert.equal(definition('ServicePort').properties?.['targetPort']?.$ref?.endsWith('IntOrString'), true);
  assert.equal(JSON.stringify(kubernetesDefinitions()).includes('"description":"'), false);
});
