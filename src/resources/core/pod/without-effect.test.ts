import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENT } from '../../apps/deployment/index.js';
import { WithoutEffectWarnings } from './without-effect.js';

function warningsFor(kind: string, spec: unknown): string[] {
  const warnings: string[] = [];
  new WithoutEffectWarnings().mutate({
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
