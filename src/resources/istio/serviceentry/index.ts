import type { KindDefinition } from '../../kind.js';
import { specColumn } from '../columns.js';
import { ISTIO_CATEGORIES, NETWORKING_GROUP, networkingVersions } from '../versions.js';
import { serviceEntrySchema } from './schema.js';
import { validateServiceEntry } from './validate.js';

export const serviceEntry: KindDefinition = {
  group: NETWORKING_GROUP,
  kind: 'ServiceEntry',
  plural: 'serviceentries',
  singular: 'serviceentry',
  shortNames: ['se'],
  categories: ISTIO_CATEGORIES,
  namespaced: true,
  versions: networkingVersions(serviceEntrySchema),
  subresources: { status: true },
  columns: [
    specColumn('Hosts', 'hosts', 'The hosts associated with the ServiceEntry'),
    specColumn('Location', 'location', 'Whether the service is external to the mesh or part of the mesh'),
    specColumn('Resolution', 'resolution', 'Service resolution mode for the hosts'),
  ],
  validate: validateServiceEntry,
};
