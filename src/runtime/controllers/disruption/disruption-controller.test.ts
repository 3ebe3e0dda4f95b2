import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { POD_DISRUPTION_BUDGETS, PODS } from '../../../resources/gvr.js';
import type { PodDisruptionBudgetObject, PodObject } from '../../../resources/types.js';
import { object, TestCluster } from '../testing/cluster.js';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = new TestCluster();
  await cluster.start();
  await cluster.deploy('web', { replicas: 4 });
  await cluster.runPods();
});
afterEach(() => cluster.stop());

async function statusOf(spec: PodDisruptionBudgetObject['spec']): Promise<PodDisruptionBudgetObject['status']> {
  await cluster.api.create<PodDisruptionBudgetObject>(POD_DISRUPTION_BUDGETS, {
    ...object('policy/v1', 'PodDisruptionBudget', 'web', 'shop'),
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
  });
  await cluster.settle();
  return (await cluster.api.get<PodDisruptionBudgetObject>(POD_DISRUPTION_BUDGETS, 'web', 'shop')).status;
}

const CASES: readonly (readonly [PodDisruptionBudgetObject['spec'], desired: number, allowed: number])[] = [
  [{ minAvailable: 3 }, 3, 1],
  [{ minAvailable: '60%' }, 3, 1],
  [{ maxUnavailable: 2 }, 2, 2],
  [{ maxUnavailable: '30%' }, 2, 2],
  [{ minAvailable: 9 }, 9, 0],
];

for (const [spec, desired, allowed] of CASES) {
  test(`${JSON.stringify(spec)} of 4 pods wants ${desired} and lets ${allowed} go`, async () => {
    const status = await statusOf(spec);
    assert.equal(status?.desiredHealthy, desired);
    assert.equal(status?.disruptionsAllowed, allowed);
    assert.equal(status?.currentHealthy, 4);
    assert.equal(status?.conditions?.[0]?.reason, allowed > 0 ? 'SufficientPods' : 'InsufficientPods');
  });
}

test('a pod that is not ready counts no longer', async () => {
  await statusOf({ minAvailable: 3 });
  const [pod] = await cluster.all<PodObject>(PODS);
  await cluster.setReady(pod!, false);
  await cluster.settle();
  const budget = await cluster.api.get<PodDisruptionBudgetObject>(POD_DISRUPTION_BUDGETS, 'web', 'shop');
  assert.equal(budget.status?.currentHealthy, 3);
  assert.equal(budget.status?.disruptionsAllowed, 0);
});
