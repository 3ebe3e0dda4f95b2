import type { DeploymentSpec } from 'kubernetes-types/apps/v1.js';
import type { KindVersion } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { schemaRef } from '../../schemas/index.js';
import type { DeploymentObject } from '../../types.js';

/** "No limit" where an old version had none. */
const INT32_MAX = 2 ** 31 - 1;

interface LegacyDefaults {
  /** Absent: the selector may not be left out. */
  readonly selectorFromTemplate?: boolean;
  readonly revisionHistoryLimit: number;
  readonly progressDeadlineSeconds: number;
  readonly rollingUpdate: number | string;
}

/** Versions that Kubernetes served until 1.16. They differ from apps/v1 by their defaults alone. */
export const LEGACY_VERSIONS: readonly KindVersion[] = [
  legacyVersion('apps', 'v1beta2', 'io.k8s.api.apps.v1.Deployment', {
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    rollingUpdate: '25%',
  }),
  legacyVersion('apps', 'v1beta1', 'io.k8s.api.apps.v1beta1.Deployment', {
    selectorFromTemplate: true,
    revisionHistoryLimit: 2,
    progressDeadlineSeconds: 600,
    rollingUpdate: '25%',
  }),
  legacyVersion('extensions', 'v1beta1', 'io.k8s.api.extensions.v1beta1.Deployment', {
    selectorFromTemplate: true,
    revisionHistoryLimit: INT32_MAX,
    progressDeadlineSeconds: INT32_MAX,
    rollingUpdate: 1,
  }),
];

function legacyVersion(group: string, name: string, definition: string, defaults: LegacyDefaults): KindVersion {
  const apiVersion = `${group}/${name}`;
  return {
    name,
    group,
    schema: schemaRef(definition),
    deprecationWarning: `${apiVersion} Deployment is deprecated in v1.9+, unavailable in v1.16+; use apps/v1 Deployment`,
    toStorage: (object) => toStorage(object, defaults),
    fromStorage: (object) => ({ ...object, apiVersion }),
  };
}

function toStorage(object: KubeObject, defaults: LegacyDefaults): KubeObject {
  const { spec, ...rest } = object as DeploymentObject;
  if (!spec) return { ...object, apiVersion: 'apps/v1' };
  // rollbackTo was an order, not a state; kubectl undoes by patching the template nowadays.
  const { rollbackTo: _, ...kept } = spec as DeploymentSpec & { rollbackTo?: unknown };
  const stored: DeploymentSpec = {
    ...kept,
    revisionHistoryLimit: spec.revisionHistoryLimit ?? defaults.revisionHistoryLimit,
    progressDeadlineSeconds: spec.progressDeadlineSeconds ?? defaults.progressDeadlineSeconds,
    strategy: legacyStrategy(spec.strategy, defaults.rollingUpdate),
  };
  const labels = spec.template?.metadata?.labels;
  if (defaults.selectorFromTemplate && !spec.selector && labels) stored.selector = { matchLabels: { ...labels } };
  return { ...rest, apiVersion: 'apps/v1', spec: stored };
}

function legacyStrategy(strategy: DeploymentSpec['strategy'], amount: number | string): DeploymentSpec['strategy'] {
  const type = strategy?.type || 'RollingUpdate';
  if (type !== 'RollingUpdate') return strategy;
  return { ...strategy, type, rollingUpdate: { maxUnavailable: amount, maxSurge: amount, ...strategy?.rollingUpdate } };
}
