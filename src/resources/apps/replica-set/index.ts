import { defaultPodSpec } from '../../core/pod/defaults.js';
import type { KindDefinition } from '../../kind.js';
import { formatLabelSelector } from '../../labels/selector.js';
import { AGE_COLUMN, column } from '../../printing/columns.js';
import { WORKLOAD_WIDE_COLUMNS } from '../../printing/containers.js';
import { schemaRef } from '../../schemas/index.js';
import type { ReplicaSetObject } from '../../types.js';
import { immutable, validateMetadata } from '../../validation/metadata.js';
import { validateWorkload } from '../../validation/workload.js';

export const REPLICA_SET: KindDefinition = {
  group: 'apps',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  namespaced: true,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.apps.v1.ReplicaSet') }],
  subresources: {
    status: true,
    scale: {
      specReplicas: '.spec.replicas',
      statusReplicas: '.status.replicas',
      selector: (object) => formatLabelSelector((object as ReplicaSetObject).spec.selector),
    },
  },
  columns: [
    column<ReplicaSetObject>('Desired', ({ spec }) => spec.replicas ?? 0, { type: 'integer' }),
    column<ReplicaSetObject>('Current', ({ status }) => status?.replicas ?? 0, { type: 'integer' }),
    column<ReplicaSetObject>('Ready', ({ status }) => status?.readyReplicas ?? 0, { type: 'integer' }),
    AGE_COLUMN,
    ...WORKLOAD_WIDE_COLUMNS,
  ],
  selectableFields: { 'status.replicas': (object) => String((object as ReplicaSetObject).status?.replicas ?? 0) },
  defaults(object) {
    const { spec } = object as ReplicaSetObject;
    if (!spec) return;
    spec.replicas ??= 1;
    if (spec.template?.spec) defaultPodSpec(spec.template.spec);
  },
  validate: (object) => [...validateMetadata(object), ...validateWorkload((object as ReplicaSetObject).spec ?? {})],
  validateUpdate: (object, old) =>
    immutable('spec.selector', (object as ReplicaSetObject).spec.selector, (old as ReplicaSetObject).spec.selector),
  prepareForCreate(object) {
    (object as ReplicaSetObject).status = { replicas: 0 };
  },
};
