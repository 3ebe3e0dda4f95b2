import type { KindDefinition } from '../../kind.js';
import { ISTIO_CATEGORIES, NETWORKING_GROUP, networkingVersions } from '../versions.js';
import { gatewaySchema } from './schema.js';
import { validateGateway } from './validate.js';

export const gateway: KindDefinition = {
  group: NETWORKING_GROUP,
  kind: 'Gateway',
  plural: 'gateways',
  singular: 'gateway',
  shortNames: ['gw'],
  categories: ISTIO_CATEGORIES,
  namespaced: true,
  versions: networkingVersions(gatewaySchema),
  subresources: { status: true },
  columns: [],
  validate: validateGateway,
};
