import {
  PERSISTENT_VOLUME,
  PERSISTENT_VOLUME_CLAIM,
  POD_DISRUPTION_BUDGET,
  PRIORITY_CLASS,
  STORAGE_CLASS,
} from './bases.js';
import { badManifests, type Mistake, REMOVED } from './manifest.js';

const MODES = 'supported values: "ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"';
const nfs = { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, nfs: { server: 'a', path: '/' } };

const BOTH: readonly Mistake[] = [
  ['spec', REMOVED, 'Required value'],
  ['spec.accessModes', [], 'at least 1 access mode is required'],
  ['spec.accessModes', ['Sometimes'], MODES],
  ['spec.accessModes', ['ReadWriteOncePod', 'ReadWriteMany'], 'may not use ReadWriteOncePod with other access modes'],
  ['spec.volumeMode', 'Block', 'supported values: "Filesystem"'],
];

const VOLUMES: readonly Mistake[] = [
  ['spec.capacity', REMOVED, 'Required value', 'spec.capacity.storage'],
  ['spec.capacity.storage', '0', 'must be greater than zero'],
  ['spec.persistentVolumeReclaimPolicy', 'Recycle', 'supported values: "Retain", "Delete"'],
  ['spec.hostPath', REMOVED, 'must specify a volume type', 'spec'],
  ['spec.hostPath.path', '/a/../b', "must not contain '..'"],
  ['spec.local', { path: '/a' }, 'may not specify more than 1 volume type', 'spec'],
  ['spec', nfs, 'use hostPath or local', 'spec.nfs'],
];

const CLAIMS: readonly Mistake[] = [
  ['spec.resources', REMOVED, 'Required value', 'spec.resources.requests.storage'],
  ['spec.resources.requests.storage', '-1Gi', 'must be greater than zero'],
  ['spec.dataSource', { kind: 'PersistentVolumeClaim', name: 'a' }, 'leave it out'],
];

const BUDGETS: readonly Mistake[] = [
  ['spec.maxUnavailable', 1, 'minAvailable and maxUnavailable cannot be both set', 'spec'],
  ['spec.minAvailable', -1, 'must be greater than or equal to 0'],
  ['spec.minAvailable', '1', 'a valid percent string must be'],
  ['spec.minAvailable', '101%', 'must not be greater than 100%'],
  ['spec.unhealthyPodEvictionPolicy', 'Never', 'supported values: "IfHealthyBudget", "AlwaysAllow"'],
];

export const BAD_STORAGE = [
  ...badManifests(PERSISTENT_VOLUME, [...BOTH, ...VOLUMES]),
  ...badManifests(PERSISTENT_VOLUME_CLAIM, [...BOTH, ...CLAIMS]),
  ...badManifests(STORAGE_CLASS, [
    ['provisioner', '', 'Required value'],
    ['reclaimPolicy', 'Recycle', 'supported values: "Delete", "Retain"'],
    ['volumeBindingMode', 'Later', 'supported values: "Immediate", "WaitForFirstConsumer"'],
  ]),
  ...badManifests(POD_DISRUPTION_BUDGET, BUDGETS),
  ...badManifests(PRIORITY_CLASS, [
    ['value', 2_000_000_000, 'maximum allowed value of a user defined priority is 1000000000'],
    ['preemptionPolicy', 'Sometimes', 'supported values: "PreemptLowerPriority", "Never"'],
  ]),
];
