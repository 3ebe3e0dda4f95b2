import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { DEPLOYMENTS, PODS } from '../../../resources/gvr.js';
import type { PodObject } from '../../../resources/types.js';
import { TestCluster } from '../testing/cluster.js';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = new TestCluster();
  await cluster.start();
});
afterEach(() => cluster.stop());

function condition(
  deployment: { status?: { conditions?: { type: string; status: string; reason?: string }[] } },
  type: string,
) {
  const found = deployment.status?.conditions?.find((each) => each.type === type);
  return found && `${found.status} ${found.reason}`;
}

test('a Deployment becomes a ReplicaSet and pods, named after its template', async () => {
  await cluster.deploy('front', { replicas: 2 });
  const [set] = await cluster.replicaSets();
  assert.match(set?.metadata.name ?? '', /^front-[bcdfghjklmnpqrstvwxz2456789]+$/);
  assert.equal(set?.metadata.labels?.['pod-template-hash'], set?.metadata.name.slice('front-'.length));
  const pods = await cluster.all<PodObject>(PODS);
  assert.equal(pods.length, 2);
  for (const pod of pods) assert.match(pod.metadata.name, new RegExp(`^${set?.metadata.name}-[a-z0-9]{5}$`));
  assert.deepEqual(await cluster.eventsOf('Deployment'), [
    `ScalingReplicaSet: Scaled up replica set ${set?.metadata.name} from 0 to 2`,
  ]);
  assert.equal(
    (await cluster.eventsOf('ReplicaSet')).filter((event) => event.startsWith('SuccessfulCreate: Created pod: front-'))
      .length,
    2,
  );
});

test('status follows the pods, and the conditions say Available and Progressing', async () => {
  await cluster.deploy('front', { replicas: 2 });
  let deployment = await cluster.deployment('front');
  assert.equal(condition(deployment, 'Available'), 'False MinimumReplicasUnavailable');
  assert.equal(condition(deployment, 'Progressing'), 'True ReplicaSetUpdated');
  assert.equal(deployment.metadata.annotations?.['deployment.kubernetes.io/revision'], '1');
  await cluster.runPods();
  deployment = await cluster.deployment('front');
  assert.equal(deployment.status?.readyReplicas, 2);
  assert.equal(deployment.status?.availableReplicas, 2);
  assert.equal(deployment.status?.unavailableReplicas, undefined);
  assert.equal(deployment.status?.observedGeneration, deployment.metadata.generation);
  assert.equal(condition(deployment, 'Available'), 'True MinimumReplicasAvailable');
  assert.equal(condition(deployment, 'Progressing'), 'True NewReplicaSetAvailable');
});

test('a rolling update stays within maxSurge and maxUnavailable until it is through', async () => {
  await cluster.deploy('front', {
    replicas: 4,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
  });
  await cluster.runPods();
  await cluster.setImage('front', 'v2');
  for (let round = 0; round < 12; round++) {
    const { v1 = 0, v2 = 0 } = await cluster.activePods();
    assert.ok(v1 + v2 <= 5, `${v1} + ${v2} pods`);
    const available = (await cluster.deployment('front')).status?.availableReplicas ?? 0;
    assert.ok(available >= 3, `${available} available`);
    await cluster.runPods();
  }
  assert.deepEqual(await cluster.activePods(), { v2: 4 });
  const deployment = await cluster.deployment('front');
  assert.equal(deployment.metadata.annotations?.['deployment.kubernetes.io/revision'], '2');
  assert.equal(condition(deployment, 'Progressing'), 'True NewReplicaSetAvailable');
});

test('going back to an old template reuses its ReplicaSet and raises the revision', async () => {
  await cluster.deploy('front');
  await cluster.runPods();
  await cluster.setImage('front', 'v2');
  await cluster.runPods();
  await cluster.runPods();
  await cluster.setImage('front', 'v1');
  await cluster.runPods();
  await cluster.runPods();
  assert.deepEqual(await cluster.activePods(), { v1: 1 });
  const sets = await cluster.replicaSets();
  assert.equal(sets.length, 2);
  const back = sets.find((set) => set.spec.replicas === 1);
  assert.equal(back?.metadata.annotations?.['deployment.kubernetes.io/revision'], '3');
  assert.equal(back?.metadata.annotations?.['deployment.kubernetes.io/revision-history'], '1');
});

test('Recreate ends all old pods before a new one starts', async () => {
  await cluster.deploy('front', { replicas: 2, strategy: { type: 'Recreate' } });
  await cluster.runPods();
  await cluster.setImage('front', 'v2');
  assert.deepEqual(await cluster.activePods(), {});
  await cluster.runPods();
  assert.deepEqual(await cluster.activePods(), { v2: 2 });
});

test('scaling keeps the ReplicaSet, and a paused Deployment scales but does not roll', async () => {
  await cluster.deploy('front');
  await cluster.runPods();
  await cluster.scale('front', 3);
  assert.deepEqual(await cluster.activePods(), { v1: 3 });
  await cluster.runPods();
  await cluster.api.patch(DEPLOYMENTS, 'front', 'shop', { type: 'merge', body: { spec: { paused: true } } });
  await cluster.setImage('front', 'v2');
  await cluster.scale('front', 2);
  assert.deepEqual(await cluster.activePods(), { v1: 2 });
  assert.equal(condition(await cluster.deployment('front'), 'Progressing'), 'Unknown DeploymentPaused');
  await cluster.api.patch(DEPLOYMENTS, 'front', 'shop', { type: 'merge', body: { spec: { paused: false } } });
  for (let round = 0; round < 6; round++) {
    await cluster.settle();
    await cluster.runPods();
  }
  assert.deepEqual(await cluster.activePods(), { v2: 2 });
});

test('scaling in the middle of an update gives both templates their share', async () => {
  await cluster.deploy('front', {
    replicas: 10,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } },
  });
  await cluster.runPods();
  await cluster.setImage('front', 'v2');
  await cluster.scale('front', 15);
  const { v1 = 0, v2 = 0 } = await cluster.activePods();
  assert.equal(v1 + v2, 18);
  assert.ok(v1 > v2 && v2 > 5, `${v1} of v1, ${v2} of v2`);
});

test('old ReplicaSets beyond revisionHistoryLimit go', async () => {
  await cluster.deploy('front', { revisionHistoryLimit: 1 });
  await cluster.runPods();
  for (const version of ['v2', 'v3', 'v4']) {
    await cluster.setImage('front', version);
    await cluster.runPods();
    await cluster.runPods();
  }
  assert.deepEqual((await cluster.replicaSets()).map((set) => set.spec.replicas).sort(), [0, 1]);
});

test('an update whose pods never get ready is said to have timed out', async () => {
  await cluster.deploy('front', { progressDeadlineSeconds: 60 });
  await cluster.runPods(false);
  cluster.clock.advance(30_000);
  await cluster.settle();
  assert.equal(condition(await cluster.deployment('front'), 'Progressing'), 'True ReplicaSetUpdated');
  cluster.clock.advance(120_000);
  await cluster.settle();
  assert.equal(condition(await cluster.deployment('front'), 'Progressing'), 'False ProgressDeadlineExceeded');
});

test('the deadline of extensions/v1beta1 never comes and leaves no timer', async () => {
  await cluster.deploy('front', { progressDeadlineSeconds: 2 ** 31 - 1 });
  await cluster.runPods(false);
  cluster.clock.advance(365 * 24 * 60 * 60_000);
  await cluster.settle();
  assert.equal(condition(await cluster.deployment('front'), 'Progressing'), 'True ReplicaSetUpdated');
});

test('minReadySeconds counts a pod as available only after that time', async () => {
  await cluster.deploy('front', { minReadySeconds: 10 });
  await cluster.runPods();
  assert.equal((await cluster.deployment('front')).status?.availableReplicas, undefined);
  cluster.clock.advance(10_000);
  await cluster.settle();
  assert.equal((await cluster.deployment('front')).status?.availableReplicas, 1);
});

test('deleting a Deployment takes its ReplicaSet and pods along', async () => {
  await cluster.deploy('front', { replicas: 2 });
  await cluster.runPods();
  await cluster.api.delete(DEPLOYMENTS, 'front', 'shop', { propagationPolicy: 'Background' });
  await cluster.settle();
  await cluster.runPods();
  assert.deepEqual(await cluster.replicaSets(), []);
  assert.deepEqual(await cluster.all(PODS), []);
});
