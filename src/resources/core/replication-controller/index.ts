import type { KindDefinition } from '../../kind.js';
import { formatLabelSelector } from '../../labels/selector.js';
import { AGE_COLUMN, column } from '../../printing/columns.js';
import { WORKLOAD_WIDE_COLUMNS } from '../../printing/containers.js';
import { schemaRef } from '../../schemas/index.js';
import type { ReplicationControllerObject } from '../../types.js';
import { validateMetadata } from '../../validation/metadata.js';
import { validateWorkload } from '../../validation/workload.js';
import { defaultPodSpec } from '../pod/defaults.js';

/** What came before the ReplicaSet; its selector is a plain map. */
export const REPLICATION_CONTROLLER: KindDefinition = {
  group: '',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  singular: 'replicationcontroller',
  shortNames: ['rc'],
  categories: ['all'],
  namespaced: true,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.core.v1.ReplicationController') }],
  subresources: {
    status: true,
    scale: {
      specReplicas: '.spec.replicas',
      statusReplicas: '.status.replicas',
      selector: (object) =>
        formatLabelSelector({ matchLabels: (object as ReplicationControllerObject).spec.selector ?? {} }),
    },
  },
  columns: [
    column<ReplicationControllerObject>('Desired', ({ spec }) => spec.replicas ?? 0, { type: 'integer' }),
    column<ReplicationControllerObject>('Current', ({ status }) => status?.replicas ?? 0, { type: 'integer' }),
    column<ReplicationControllerObject>('Ready', ({ status }) => status?.readyReplicas ?? 0, { type: 'integer' }),
    AGE_COLUMN,
    ...WORKLOAD_WIDE_COLUMNS.filter(({ name }) => name !== 'Selector'),
    column<ReplicationControllerObject>(
      'Selector',
      ({ spec }) => formatLabelSelector({ matchLabels: spec.selector ?? {} }),
      { wide: true },
    ),
  ],
  defaults(object) {
    const { spec } = object as ReplicationControllerObject;
    if (!spec) return;
    spec.replicas ??= 1;
    const labels = spec.template?.metadata?.labels;
    if (labels && Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
    if (spec.template?.spec) defaultPodSpec(spec.template.spec);
  },
  validate(object) {
    const { spec } = object as ReplicationControllerObject;
    const { selector, ...rest } = spec ?? {};
    const workload = { ...rest, ...(selector && { selector: { matchLabels: selector } }) };
    return [...validateMetadata(object), ...validateWorkload(workload)];
  },
  prepareForCreate(object) {
    (object as ReplicationControllerObject).status = { replicas: 0 };
  },
};
