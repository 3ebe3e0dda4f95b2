import { defaultPodSpec } from '../../core/pod/defaults.js';
import type { KindDefinition } from '../../kind.js';
import { formatLabelSelector } from '../../labels/selector.js';
import { AGE_COLUMN, column } from '../../printing/columns.js';
import { WORKLOAD_WIDE_COLUMNS } from '../../printing/containers.js';
import { schemaRef } from '../../schemas/index.js';
import type { DeploymentObject } from '../../types.js';
import { immutable, validateMetadata } from '../../validation/metadata.js';
import { LEGACY_VERSIONS } from './legacy.js';
import { validateDeployment } from './validate.js';

export const DEPLOYMENT: KindDefinition = {
  group: 'apps',
  kind: 'Deployment',
  plural: 'deployments',
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  namespaced: true,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.apps.v1.Deployment') }, ...LEGACY_VERSIONS],
  subresources: {
    status: true,
    scale: {
      specReplicas: '.spec.replicas',
      statusReplicas: '.status.replicas',
      selector: (object) => formatLabelSelector((object as DeploymentObject).spec.selector),
    },
  },
  columns: [
    column<DeploymentObject>('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 0}`),
    column<DeploymentObject>('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0, { type: 'string' }),
    column<DeploymentObject>('Available', ({ status }) => status?.availableReplicas ?? 0, { type: 'string' }),
    AGE_COLUMN,
    ...WORKLOAD_WIDE_COLUMNS,
  ],
  defaults(object) {
    const { spec } = object as DeploymentObject;
    if (!spec) return;
    spec.replicas ??= 1;
    spec.strategy ??= {};
    spec.strategy.type ||= 'RollingUpdate';
    if (spec.strategy.type === 'RollingUpdate') {
      spec.strategy.rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...spec.strategy.rollingUpdate };
    }
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
    if (spec.template?.spec) defaultPodSpec(spec.template.spec);
  },
  validate: (object) => [...validateMetadata(object), ...validateDeployment((object as DeploymentObject).spec ?? {})],
  validateUpdate: (object, old) =>
    immutable('spec.selector', (object as DeploymentObject).spec.selector, (old as DeploymentObject).spec.selector),
  prepareForCreate(object) {
    (object as DeploymentObject).status = {};
  },
};
