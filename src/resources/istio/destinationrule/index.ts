import type { KindDefinition } from '../../kind.js';
import { specColumn } from '../columns.js';
import { ISTIO_CATEGORIES, NETWORKING_GROUP, networkingVersions } from '../versions.js';
import { destinationRuleSchema } from './schema.js';
import { validateDestinationRule } from './validate.js';

export const destinationRule: KindDefinition = {
  group: NETWORKING_GROUP,
  kind: 'DestinationRule',
  plural: 'destinationrules',
  singular: 'destinationrule',
  shortNames: ['dr'],
  categories: ISTIO_CATEGORIES,
  namespaced: true,
  versions: networkingVersions(destinationRuleSchema),
  subresources: { status: true },
  columns: [specColumn('Host', 'host', 'The name of a service from the service registry')],
  validate: validateDestinationRule,
};
