import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../object.js';
import { INGRESS } from './index.js';

const LEGACY = {
  apiVersion: 'extensions/v1beta1',
  kind: 'Ingress',
  metadata: { name: 'shop', namespace: 'shop' },
  spec: {
    backend: { serviceName: 'rest', servicePort: 80 },
    rules: [
      {
        host: 'shop.example.com',
        http: {
          paths: [
            { path: '/.*', pathType: 'ImplementationSpecific', backend: { serviceName: 'front', servicePort: 'web' } },
          ],
        },
      },
    ],
  },
} satisfies KubeObject;

const EXTENSIONS = INGRESS.versions.find(({ group }) => group === 'extensions');

test('serviceName and servicePort become backend.service, and back', () => {
  const stored = EXTENSIONS?.toStorage?.(LEGACY);
  assert.deepEqual(stored, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: LEGACY.metadata,
    spec: {
      defaultBackend: { service: { name: 'rest', port: { number: 80 } } },
      rules: [
        {
          host: 'shop.example.com',
          http: {
            paths: [
              {
                path: '/.*',
                pathType: 'ImplementationSpecific',
                backend: { service: { name: 'front', port: { name: 'web' } } },
              },
            ],
          },
        },
      ],
    },
  });
  assert.deepEqual(stored && EXTENSIONS?.fromStorage?.(stored), LEGACY);
});

test('a path without a type is ImplementationSpecific, and a port in quotes is a number', () => {
  const stored = EXTENSIONS?.toStorage?.({
    ...LEGACY,
    spec: { rules: [{ http: { paths: [{ backend: { serviceName: 'front', servicePort: '8080' } }] } }] },
  });
  assert.deepEqual(stored?.['spec'], {
    rules: [
      {
        http: {
          paths: [
            { pathType: 'ImplementationSpecific', backend: { service: { name: 'front', port: { number: 8080 } } } },
          ],
        },
      },
    ],
  });
  assert.deepEqual(stored && INGRESS.validate?.(stored), []);
});

test('an Ingress with nothing to serve, a wrong path or no port is refused', () => {
  const errors = (spec: unknown) =>
    INGRESS.validate?.({ ...LEGACY, apiVersion: 'networking.k8s.io/v1', spec }).map(({ field }) => field);
  assert.deepEqual(errors({}), ['spec']);
  const path = { path: 'no-slash', pathType: 'Prefix', backend: { service: { name: 'front' } } };
  assert.deepEqual(errors({ rules: [{ http: { paths: [path] } }] }), [
    'spec.rules[0].http.paths[0].path',
    'spec.rules[0].http.paths[0].backend',
  ]);
});
