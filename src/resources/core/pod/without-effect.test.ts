import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENT } from '../../apps/deployment/index.js';
import { WithoutEffectWarnings } from './without-effect.js';

const NONE = { users: false, rights: false, limits: false };

function warningsFor(kind: string, spec: unknown, effects = NONE): string[] {
  const warnings: string[] = [];
  new WithoutEffectWarnings(effects).mutate({
    operation: 'CREATE',
    definition: DEPLOYMENT,
    object: { apiVersion: 'apps/v1', kind, metadata: { name: 'cart' }, spec },
    warn: (text) => warnings.push(text),
  });
  return warnings;
}

test('what a pod asks for and does not get is told with its path', () => {
  const pod = {
    hostNetwork: true,
    containers: [
      { name: 'cart', resources: { limits: { memory: '1Gi' } } },
      { name: 'log', securityContext: { runAsUser: 7 } },
    ],
  };
  assert.deepEqual(warningsFor('Pod', pod), [
    'spec.hostNetwork: has no effect: the pod gets a network of its own',
    'spec.containers[0].resources.limits: is not enforced',
    'spec.containers[1].securityContext.runAsUser: has no effect: programs run as the user who started the mesh',
  ]);
  assert.equal(
    warningsFor('Deployment', { template: { spec: pod } })[0],
    'spec.template.spec.hostNetwork: has no effect: the pod gets a network of its own',
  );
});

test('what the driver does is not told', () => {
  const containers = [
    {
      name: 'cart',
      resources: { limits: { cpu: '1' } },
      securityContext: { runAsUser: 7, readOnlyRootFilesystem: true, privileged: true },
    },
  ];
  const all = { users: true, rights: true, limits: true };
  const privileged = 'spec.containers[0].securityContext.privileged: gives no rights';
  assert.deepEqual(warningsFor('Pod', { securityContext: { fsGroup: 1 }, containers }, all), [privileged]);
  assert.deepEqual(warningsFor('Pod', { containers }, { ...NONE, rights: true }), [
    'spec.containers[0].resources.limits: is not enforced',
    'spec.containers[0].securityContext.runAsUser: has no effect: programs run as the user who started the mesh',
    privileged,
  ]);
});

test('an ordinary manifest gives no warning', () => {
  const container = {
    name: 'cart',
    image: 'cart',
    securityContext: { privileged: false },
    ports: [{ containerPort: 1 }],
  };
  assert.deepEqual(warningsFor('Pod', { containers: [container] }), []);
  assert.deepEqual(warningsFor('ConfigMap', undefined), []);
});
