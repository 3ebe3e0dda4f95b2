import type { KindDefinition } from '../../kind.js';
import { specColumn } from '../columns.js';
import { ISTIO_CATEGORIES, NETWORKING_GROUP, networkingVersions } from '../versions.js';
import { virtualServiceSchema } from './schema.js';
import { validateVirtualService } from './validate.js';

export const virtualService: KindDefinition = {
  group: NETWORKING_GROUP,
  kind: 'VirtualService',
  plural: 'virtualservices',
  singular: 'virtualservice',
  shortNames: ['vs'],
  categories: ISTIO_CATEGORIES,
  namespaced: true,
  versions: networkingVersions(virtualServiceSchema),
  subresources: { status: true },
  columns: [
    specColumn('Gateways', 'gateways', 'The names of gateways and sidecars that should apply these routes'),
    specColumn('Hosts', 'hosts', 'The destination hosts to which traffic is being sent'),
  ],
  validate: validateVirtualService,
};
