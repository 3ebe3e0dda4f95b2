import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, STORAGE_CLASSES } from '../../../resources/gvr.js';
import { defaultStorageClass } from '../../../resources/storage/storage-class/index.js';
import type { PersistentVolumeClaimObject, PersistentVolumeObject, PodObject } from '../../../resources/types.js';
import { object, TestCluster, template } from '../testing/cluster.js';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = new TestCluster();
  await cluster.start();
  await cluster.api.create(STORAGE_CLASSES, defaultStorageClass());
  const immediate = { ...defaultStorageClass(), metadata: { name: 'now' }, volumeBindingMode: 'Immediate' };
  await cluster.api.create(STORAGE_CLASSES, immediate);
});
afterEach(() => cluster.stop());

async function claim(spec: Partial<PersistentVolumeClaimObject['spec']>): Promise<void> {
  await cluster.api.create<PersistentVolumeClaimObject>(PERSISTENT_VOLUME_CLAIMS, {
    ...object('v1', 'PersistentVolumeClaim', 'data', 'shop'),
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  });
  await cluster.settle();
}

async function volume(name: string, spec: Partial<PersistentVolumeObject['spec']> = {}): Promise<void> {
  await cluster.api.create<PersistentVolumeObject>(PERSISTENT_VOLUMES, {
    ...object('v1', 'PersistentVolume', name),
    spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' }, hostPath: { path: `/srv/${name}` }, ...spec },
  });
  await cluster.settle();
}

async function usePod(): Promise<void> {
  const pod: PodObject = {
    ...object('v1', 'Pod', 'user', 'shop'),
    spec: {
      ...template('user', 'v1').spec!,
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
    },
  };
  await cluster.api.create(PODS, pod);
  await cluster.settle();
}

const data = (): Promise<PersistentVolumeClaimObject> => cluster.api.get(PERSISTENT_VOLUME_CLAIMS, 'data', 'shop');
const pod = (): Promise<PodObject> => cluster.api.get(PODS, 'user', 'shop');
const volumes = (): Promise<PersistentVolumeObject[]> => cluster.all(PERSISTENT_VOLUMES);

test('a claim of a class that binds at once gets a folder, which goes with it', async () => {
  await claim({ storageClassName: 'now' });
  const bound = await data();
  assert.equal(bound.status?.phase, 'Bound');
  assert.deepEqual(bound.status?.capacity, { storage: '1Gi' });
  const [made] = await volumes();
  assert.equal(made?.spec.hostPath?.path, `/volumes/pvc-${bound.metadata.uid}`);
  assert.equal(made?.status?.phase, 'Bound');
  await cluster.api.delete(PERSISTENT_VOLUME_CLAIMS, 'data', 'shop');
  await cluster.settle();
  assert.deepEqual(await volumes(), []);
  assert.deepEqual(cluster.removedFolders, [`/volumes/pvc-${bound.metadata.uid}`]);
});

test('a claim of a class that waits is bound where its first pod goes', async () => {
  await claim({ storageClassName: 'standard' });
  assert.equal((await data()).status?.phase, 'Pending');
  const waits = 'WaitForFirstConsumer: waiting for first consumer to be created before binding';
  assert.ok((await cluster.eventsOf('PersistentVolumeClaim')).includes(waits));
  await usePod();
  assert.equal((await data()).status?.phase, 'Bound');
  assert.equal((await pod()).spec.nodeName, 'node-1');
});

test('the smallest volume that is large enough is taken, and kept when its claim goes', async () => {
  await volume('large', { capacity: { storage: '9Gi' } });
  await volume('small', { capacity: { storage: '500Mi' } });
  await volume('middle');
  await claim({ storageClassName: '' });
  assert.equal((await data()).spec.volumeName, 'middle');
  await cluster.api.delete(PERSISTENT_VOLUME_CLAIMS, 'data', 'shop');
  await cluster.settle();
  const phases = Object.fromEntries((await volumes()).map(({ metadata, status }) => [metadata.name, status?.phase]));
  assert.deepEqual(phases, { large: 'Available', small: 'Available', middle: 'Released' });
});

test('a claim that a pod uses goes after the pod', async () => {
  await claim({ storageClassName: 'now' });
  await usePod();
  await cluster.api.delete(PERSISTENT_VOLUME_CLAIMS, 'data', 'shop');
  await cluster.settle();
  assert.ok((await data()).metadata.deletionTimestamp);
  await cluster.api.delete(PODS, 'user', 'shop', { gracePeriodSeconds: 0 });
  await cluster.settle();
  assert.deepEqual(await cluster.all(PERSISTENT_VOLUME_CLAIMS), []);
});

test('a pod says which claim it waits for', async () => {
  await usePod();
  const message = async () => (await pod()).status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
  assert.equal(await message(), '0/1 nodes are available: persistentvolumeclaim "data" not found.');
  await claim({ storageClassName: 'nothing' });
  assert.equal(await message(), '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.');
  const events = await cluster.eventsOf('PersistentVolumeClaim');
  assert.ok(events.includes('ProvisioningFailed: storageclass.storage.k8s.io "nothing" not found'));
});

test('a local volume draws its pod to the node that has it', async () => {
  await cluster.addNode('node-0');
  const required = {
    nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: ['node-1'] }] }],
  };
  await volume('near', { hostPath: undefined as never, local: { path: '/srv' }, nodeAffinity: { required } });
  await claim({ storageClassName: '' });
  await usePod();
  assert.equal((await pod()).spec.nodeName, 'node-1');
});
