import { defaultPodSpec } from '../../core/pod/defaults.js';
import type { FieldError, KindDefinition } from '../../kind.js';
import { AGE_COLUMN, column } from '../../printing/columns.js';
import { WORKLOAD_WIDE_COLUMNS } from '../../printing/containers.js';
import { schemaRef } from '../../schemas/index.js';
import type { DaemonSetObject } from '../../types.js';
import { notSupported } from '../../validation/errors.js';
import { immutable, validateMetadata } from '../../validation/metadata.js';
import { validateWorkload } from '../../validation/workload.js';

const STRATEGIES = ['RollingUpdate', 'OnDelete'];

export const DAEMON_SET: KindDefinition = {
  group: 'apps',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  singular: 'daemonset',
  shortNames: ['ds'],
  categories: ['all'],
  namespaced: true,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.apps.v1.DaemonSet') }],
  subresources: { status: true },
  columns: [
    count('Desired', 'desiredNumberScheduled'),
    count('Current', 'currentNumberScheduled'),
    count('Ready', 'numberReady'),
    count('Up-to-date', 'updatedNumberScheduled'),
    count('Available', 'numberAvailable'),
    column<DaemonSetObject>('Node Selector', ({ spec }) => selectorText(spec.template?.spec?.nodeSelector)),
    AGE_COLUMN,
    ...WORKLOAD_WIDE_COLUMNS,
  ],
  defaults(object) {
    const { spec } = object as DaemonSetObject;
    if (!spec) return;
    spec.updateStrategy ??= {};
    spec.updateStrategy.type ||= 'RollingUpdate';
    if (spec.updateStrategy.type === 'RollingUpdate') {
      spec.updateStrategy.rollingUpdate = { maxUnavailable: 1, maxSurge: 0, ...spec.updateStrategy.rollingUpdate };
    }
    spec.revisionHistoryLimit ??= 10;
    if (spec.template?.spec) defaultPodSpec(spec.template.spec);
  },
  validate(object) {
    const { spec } = object as DaemonSetObject;
    return [...validateMetadata(object), ...validateWorkload(spec ?? {}), ...validateStrategy(spec)];
  },
  validateUpdate: (object, old) =>
    immutable('spec.selector', (object as DaemonSetObject).spec.selector, (old as DaemonSetObject).spec.selector),
  prepareForCreate(object) {
    (object as DaemonSetObject).status = {
      currentNumberScheduled: 0,
      desiredNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
    };
  },
};

type Count =
  | 'desiredNumberScheduled'
  | 'currentNumberScheduled'
  | 'numberReady'
  | 'updatedNumberScheduled'
  | 'numberAvailable';

function count(name: string, field: Count): KindDefinition['columns'][number] {
  return column<DaemonSetObject>(name, ({ status }) => status?.[field] ?? 0, { type: 'integer' });
}

function selectorText(selector: Readonly<Record<string, string>> = {}): string {
  const parts = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  return parts.sort().join(',') || '<none>';
}

function validateStrategy(spec: DaemonSetObject['spec'] | undefined): FieldError[] {
  const type = spec?.updateStrategy?.type;
  if (type === undefined || STRATEGIES.includes(type)) return [];
  return [notSupported('spec.updateStrategy.type', type, STRATEGIES)];
}
