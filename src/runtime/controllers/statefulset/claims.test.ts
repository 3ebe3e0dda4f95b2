import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS, STORAGE_CLASSES } from '../../../resources/gvr.js';
import { defaultStorageClass } from '../../../resources/storage/storage-class/index.js';
import type { PersistentVolumeClaimObject, PodObject, StatefulSetObject } from '../../../resources/types.js';
import { object, TestCluster, template } from '../testing/cluster.js';

type Policy = StatefulSetObject['spec']['persistentVolumeClaimRetentionPolicy'];

let cluster: TestCluster;
beforeEach(async () => {
  cluster = new TestCluster();
  await cluster.start();
  await cluster.api.create(STORAGE_CLASSES, defaultStorageClass());
});
afterEach(() => cluster.stop());

async function createSet(policy?: Policy): Promise<void> {
  await cluster.api.create<StatefulSetObject>(STATEFUL_SETS, {
    ...object('apps/v1', 'StatefulSet', 'db', 'shop'),
    spec: {
      replicas: 2,
      serviceName: 'db',
      selector: { matchLabels: { app: 'db' } },
      template: template('db', 'v1'),
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: {
            accessModes: ['ReadWriteOnce'],
            storageClassName: 'standard',
            resources: { requests: { storage: '1Gi' } },
          },
        },
      ],
      ...(policy && { persistentVolumeClaimRetentionPolicy: policy }),
    },
  });
  await run();
}

async function run(): Promise<void> {
  for (let i = 0; i < 6; i++) await cluster.runPods();
}

async function scale(replicas: number): Promise<void> {
  await cluster.api.patch(STATEFUL_SETS, 'db', 'shop', { type: 'merge', body: { spec: { replicas } } });
  await run();
}

async function claims(): Promise<string[]> {
  const all = await cluster.all<PersistentVolumeClaimObject>(PERSISTENT_VOLUME_CLAIMS);
  return all.map(({ metadata, status }) => `${metadata.name} ${status?.phase}`).sort();
}

test('each pod has a claim of its own, which outlives it', async () => {
  await createSet();
  assert.deepEqual(await claims(), ['data-db-0 Bound', 'data-db-1 Bound']);
  const pod = await cluster.api.get<PodObject>(PODS, 'db-1', 'shop');
  assert.deepEqual(pod.spec.volumes?.[0], { name: 'data', persistentVolumeClaim: { claimName: 'data-db-1' } });
  await scale(1);
  await cluster.api.delete(STATEFUL_SETS, 'db', 'shop', { propagationPolicy: 'Background' });
  await run();
  assert.deepEqual(await claims(), ['data-db-0 Bound', 'data-db-1 Bound']);
});

test('whenScaled Delete: the claim goes with the pod that is too many', async () => {
  await createSet({ whenDeleted: 'Retain', whenScaled: 'Delete' });
  await scale(1);
  assert.deepEqual(await claims(), ['data-db-0 Bound']);
});

test('whenDeleted Delete: the claims go with the set', async () => {
  await createSet({ whenDeleted: 'Delete', whenScaled: 'Retain' });
  await scale(1);
  assert.deepEqual(await claims(), ['data-db-0 Bound', 'data-db-1 Bound']);
  await cluster.api.delete(STATEFUL_SETS, 'db', 'shop', { propagationPolicy: 'Background' });
  await run();
  assert.deepEqual(await claims(), []);
});
