import type { KindDefinition } from '../../kind.js';
import { ISTIO_CATEGORIES, NETWORKING_GROUP, networkingVersions } from '../versions.js';
import { workloadGroupSchema } from './schema.js';
import { validateWorkloadGroup } from './validate.js';

/** Machines register by it with an agent of their own, which Trysail has none of: it is kept for tools that read it. */
export const workloadGroup: KindDefinition = {
  group: NETWORKING_GROUP,
  kind: 'WorkloadGroup',
  plural: 'workloadgroups',
  singular: 'workloadgroup',
  shortNames: ['wg'],
  categories: ISTIO_CATEGORIES,
  namespaced: true,
  versions: networkingVersions(workloadGroupSchema),
  subresources: { status: true },
  columns: [],
  validate: validateWorkloadGroup,
};
