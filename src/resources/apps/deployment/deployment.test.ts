import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KindVersion } from '../../kind.js';
import type { DeploymentObject } from '../../types.js';
import { DEPLOYMENT } from './index.js';

function version(group: string, name: string): KindVersion {
  const found = DEPLOYMENT.versions.find((each) => (each.group ?? 'apps') === group && each.name === name);
  assert.ok(found);
  return found;
}

function deployment(apiVersion: string, spec: Partial<DeploymentObject['spec']> = {}): DeploymentObject {
  const template = {
    metadata: { labels: { app: 'front' } },
    spec: { containers: [{ name: 'front', image: 'front:v1' }] },
  };
  return {
    apiVersion,
    kind: 'Deployment',
    metadata: { name: 'front', namespace: 'shop' },
    spec: { template, ...spec } as DeploymentObject['spec'],
  };
}

test('extensions/v1beta1: the selector comes from the template, and the defaults are those of old', () => {
  const stored = version('extensions', 'v1beta1').toStorage?.(deployment('extensions/v1beta1')) as DeploymentObject;
  DEPLOYMENT.defaults?.(stored);
  assert.equal(stored.apiVersion, 'apps/v1');
  assert.deepEqual(stored.spec.selector, { matchLabels: { app: 'front' } });
  assert.deepEqual(stored.spec.strategy?.rollingUpdate, { maxUnavailable: 1, maxSurge: 1 });
  assert.equal(stored.spec.progressDeadlineSeconds, 2 ** 31 - 1);
  assert.deepEqual(DEPLOYMENT.validate?.(stored), []);
});

test('apps/v1beta1 keeps two old ReplicaSets; apps/v1beta2 wants a selector', () => {
  const beta1 = version('apps', 'v1beta1').toStorage?.(deployment('apps/v1beta1')) as DeploymentObject;
  assert.equal(beta1.spec.revisionHistoryLimit, 2);
  const beta2 = version('apps', 'v1beta2').toStorage?.(deployment('apps/v1beta2')) as DeploymentObject;
  DEPLOYMENT.defaults?.(beta2);
  assert.deepEqual(DEPLOYMENT.validate?.(beta2), [
    { reason: 'FieldValueRequired', field: 'spec.selector', message: 'Required value' },
  ]);
});

test('an old version shows what is stored, and stores it back unchanged', () => {
  const stored = deployment('apps/v1', { selector: { matchLabels: { app: 'front' } } });
  DEPLOYMENT.defaults?.(stored);
  const { fromStorage, toStorage } = version('extensions', 'v1beta1');
  const shown = fromStorage?.(stored);
  assert.equal(shown?.apiVersion, 'extensions/v1beta1');
  assert.deepEqual(shown && toStorage?.(shown), stored);
});

test('mistakes in selector, strategy and deadline are told', () => {
  const object = deployment('apps/v1', {
    selector: { matchLabels: { app: 'back' } },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } },
    progressDeadlineSeconds: 5,
    minReadySeconds: 5,
  });
  DEPLOYMENT.defaults?.(object);
  assert.deepEqual(
    DEPLOYMENT.validate?.(object).map(({ field, message }) => `${field}: ${message}`),
    [
      'spec.template.metadata.labels: Invalid value: {"app":"front"}: `selector` does not match template `labels`',
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
      'spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds',
    ],
  );
});

test('the selector is for good', () => {
  const old = deployment('apps/v1', { selector: { matchLabels: { app: 'front' } } });
  const changed = deployment('apps/v1', { selector: { matchLabels: { app: 'front', tier: 'web' } } });
  assert.match(DEPLOYMENT.validateUpdate?.(changed, old)[0]?.message ?? '', /field is immutable$/);
});

test('READY, UP-TO-DATE and AVAILABLE', () => {
  const object = deployment('apps/v1', { replicas: 3, selector: { matchLabels: { app: 'front' } } });
  object.status = { readyReplicas: 2, updatedReplicas: 1, availableReplicas: 2 };
  const cells = DEPLOYMENT.columns.filter(({ name }) => name !== 'Age').map((column) => column.value(object, 0));
  assert.deepEqual(cells, ['2/3', 1, 2, 'front', 'front:v1', 'app=front']);
});
