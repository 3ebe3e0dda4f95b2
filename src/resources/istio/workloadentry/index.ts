import type { KindDefinition } from '../../kind.js';
import { specColumn } from '../columns.js';
import { ISTIO_CATEGORIES, NETWORKING_GROUP, networkingVersions } from '../versions.js';
import { workloadEntrySchema } from './schema.js';
import { validateWorkloadEntry } from './validate.js';

export const workloadEntry: KindDefinition = {
  group: NETWORKING_GROUP,
  kind: 'WorkloadEntry',
  plural: 'workloadentries',
  singular: 'workloadentry',
  shortNames: ['we'],
  categories: ISTIO_CATEGORIES,
  namespaced: true,
  versions: networkingVersions(workloadEntrySchema),
  subresources: { status: true },
  columns: [specColumn('Address', 'address', 'Address associated with the network endpoint')],
  validate: validateWorkloadEntry,
};
