import type { KindDefinition } from '../../kind.js';
import { ISTIO_CATEGORIES, NETWORKING_GROUP, networkingVersions } from '../versions.js';
import { sidecarSchema } from './schema.js';
import { validateSidecar } from './validate.js';

export const sidecar: KindDefinition = {
  group: NETWORKING_GROUP,
  kind: 'Sidecar',
  plural: 'sidecars',
  singular: 'sidecar',
  categories: ISTIO_CATEGORIES,
  namespaced: true,
  versions: networkingVersions(sidecarSchema),
  subresources: { status: true },
  columns: [],
  validate: validateSidecar,
};
