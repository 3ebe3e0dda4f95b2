import type { KindDefinition } from '../../kind.js';
import { CONFIG_GROUP, CONFIG_VERSION, ISTIO_CATEGORIES } from '../versions.js';
import { destinationPolicySchema } from './schema.js';
import { validateDestinationPolicy } from './validate.js';

export const destinationPolicy: KindDefinition = {
  group: CONFIG_GROUP,
  kind: 'DestinationPolicy',
  plural: 'destinationpolicies',
  singular: 'destinationpolicy',
  categories: ISTIO_CATEGORIES,
  namespaced: true,
  versions: [{ name: CONFIG_VERSION, storage: true, schema: destinationPolicySchema }],
  subresources: { status: true },
  columns: [],
  validate: validateDestinationPolicy,
};
