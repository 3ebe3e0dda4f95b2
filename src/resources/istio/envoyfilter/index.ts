import type { KindDefinition } from '../../kind.js';
import { ISTIO_CATEGORIES, NETWORKING_GROUP } from '../versions.js';
import { envoyFilterSchema } from './schema.js';
import { validateEnvoyFilter } from './validate.js';

export const envoyFilter: KindDefinition = {
  group: NETWORKING_GROUP,
  kind: 'EnvoyFilter',
  plural: 'envoyfilters',
  singular: 'envoyfilter',
  categories: ISTIO_CATEGORIES,
  namespaced: true,
  versions: [{ name: 'v1alpha3', storage: true, schema: envoyFilterSchema }],
  subresources: { status: true },
  columns: [],
  validate: validateEnvoyFilter,
};
