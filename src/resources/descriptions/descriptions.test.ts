import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KINDS } from '../registry.js';
import type { Schema } from '../schema.js';
import { kubernetesDefinitions } from '../schemas/index.js';
import { describeDefinition, describeIstio, describeKind } from './index.js';
import { ISTIO_FIELDS } from './istio-fields.js';
import { KIND_DESCRIPTIONS } from './kinds.js';
import { KUBERNETES_FIELDS } from './kubernetes-fields.js';

test('every kind says what it is for', () => {
  const silent = KINDS.filter((kind) => describeKind(kind) === undefined).map(({ kind }) => kind);
  assert.deepEqual(silent, []);
});

test('no description is of something that is not there', () => {
  const kinds = new Set(KINDS.map(({ kind }) => kind));
  assert.deepEqual(
    Object.keys(KIND_DESCRIPTIONS).filter((kind) => !kinds.has(kind)),
    [],
  );
  const fields = new Set(
    Object.entries(kubernetesDefinitions()).flatMap(([name, { properties = {} }]) =>
      Object.keys(properties).flatMap((field) => [field, `${name.slice(name.lastIndexOf('.') + 1)}.${field}`]),
    ),
  );
  assert.deepEqual(
    Object.keys(KUBERNETES_FIELDS).filter((field) => !fields.has(field)),
    [],
  );
  const istio = new Set<string>();
  const collect = (schema: Schema): void => {
    for (const [name, field] of Object.entries(schema.properties ?? {})) {
      istio.add(name);
      collect(field);
    }
    if (schema.items) collect(schema.items);
    if (typeof schema.additionalProperties === 'object') collect(schema.additionalProperties);
  };
  for (const { group, versions } of KINDS) if (group.endsWith('.istio.io')) collect(versions[0]!.schema);
  assert.deepEqual(
    Object.keys(ISTIO_FIELDS).filter((field) => !istio.has(field)),
    [],
  );
});

test('fields are described where they stand', () => {
  const name = 'io.k8s.api.core.v1.Container';
  const container = describeDefinition(name, kubernetesDefinitions()[name]!);
  assert.match(container.properties?.['image']?.description ?? '', /^The image that the container runs/);
  const { versions } = KINDS.find(({ kind }) => kind === 'VirtualService')!;
  const spec = describeIstio(versions[0]!.schema).properties?.['spec'];
  assert.match(
    spec?.properties?.['http']?.items?.properties?.['timeout']?.description ?? '',
    /^How long a call may take/,
  );
});
