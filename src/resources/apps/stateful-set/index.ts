import { defaultPodSpec } from '../../core/pod/defaults.js';
import type { KindDefinition } from '../../kind.js';
import { formatLabelSelector } from '../../labels/selector.js';
import { AGE_COLUMN, column } from '../../printing/columns.js';
import { WORKLOAD_WIDE_COLUMNS } from '../../printing/containers.js';
import { schemaRef } from '../../schemas/index.js';
import type { StatefulSetObject } from '../../types.js';
import { validateMetadata } from '../../validation/metadata.js';
import { validateStatefulSet, validateStatefulSetUpdate } from './validate.js';

export const STATEFUL_SET: KindDefinition = {
  group: 'apps',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  singular: 'statefulset',
  shortNames: ['sts'],
  categories: ['all'],
  namespaced: true,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.apps.v1.StatefulSet') }],
  subresources: {
    status: true,
    scale: {
      specReplicas: '.spec.replicas',
      statusReplicas: '.status.replicas',
      selector: (object) => formatLabelSelector((object as StatefulSetObject).spec.selector),
    },
  },
  columns: [
    column<StatefulSetObject>('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`),
    AGE_COLUMN,
    ...WORKLOAD_WIDE_COLUMNS.filter(({ name }) => name !== 'Selector'),
  ],
  defaults(object) {
    const { spec } = object as StatefulSetObject;
    if (!spec) return;
    spec.replicas ??= 1;
    spec.podManagementPolicy ||= 'OrderedReady';
    spec.updateStrategy ??= {};
    spec.updateStrategy.type ||= 'RollingUpdate';
    if (spec.updateStrategy.type === 'RollingUpdate') {
      spec.updateStrategy.rollingUpdate = { partition: 0, ...spec.updateStrategy.rollingUpdate };
    }
    spec.persistentVolumeClaimRetentionPolicy = {
      whenDeleted: 'Retain',
      whenScaled: 'Retain',
      ...spec.persistentVolumeClaimRetentionPolicy,
    };
    for (const claim of spec.volumeClaimTemplates ?? []) if (claim.spec) claim.spec.volumeMode ??= 'Filesystem';
    spec.revisionHistoryLimit ??= 10;
    if (spec.template?.spec) defaultPodSpec(spec.template.spec);
  },
  validate: (object) => [...validateMetadata(object), ...validateStatefulSet((object as StatefulSetObject).spec ?? {})],
  validateUpdate: (object, old) => validateStatefulSetUpdate(object as StatefulSetObject, old as StatefulSetObject),
  prepareForCreate(object) {
    (object as StatefulSetObject).status = { replicas: 0 };
  },
};
