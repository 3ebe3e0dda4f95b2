import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../object.js';
import { PolicyExpressions } from './admission.js';
import { POLICY_KINDS } from './index.js';

const manifest = (attributes: Record<string, unknown>): KubeObject => ({
  apiVersion: 'config.istio.io/v1alpha2',
  kind: 'attributemanifest',
  metadata: { name: 'own', namespace: 'shop' },
  spec: { attributes },
});

function complaints(value: string, manifests: readonly KubeObject[]): string[] {
  const { definition } = POLICY_KINDS.find((kind) => kind.definition.kind === 'listentry')!;
  const metadata = { name: 'x', namespace: 'shop' };
  const object: KubeObject = { apiVersion: 'config.istio.io/v1alpha2', kind: 'listentry', metadata, spec: { value } };
  return new PolicyExpressions(() => manifests)
    .validate({ operation: 'CREATE', definition, object })
    .map(({ field, message }) => `${field}: ${message}`);
}

test('an attribute that no stored manifest declares is refused, with what was meant', () => {
  assert.deepEqual(complaints('source.labels["app"] | source.nmae', []), [
    'spec.value: Invalid value: "source.labels[\\"app\\"] | source.nmae": column 24: unknown attribute source.nmae; did you mean source.name?',
  ]);
});

test('attributes of stored manifests have their type', () => {
  const manifests = [manifest({ 'shop.owner': { valueType: 'STRING' }, 'shop.floor': { value_type: 'INT64' } })];
  assert.deepEqual(complaints('shop.owner', manifests), []);
  assert.deepEqual(complaints('shop.floor', manifests), [
    'spec.value: Invalid value: "shop.floor": column 1: expected STRING, got INT64',
  ]);
});
