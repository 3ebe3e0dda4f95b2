import type { KindDefinition } from '../../kind.js';
import { CONFIG_GROUP, CONFIG_VERSION, ISTIO_CATEGORIES } from '../versions.js';
import { routeRuleSchema } from './schema.js';
import { validateRouteRule } from './validate.js';

export const routeRule: KindDefinition = {
  group: CONFIG_GROUP,
  kind: 'RouteRule',
  plural: 'routerules',
  singular: 'routerule',
  categories: ISTIO_CATEGORIES,
  namespaced: true,
  versions: [{ name: CONFIG_VERSION, storage: true, schema: routeRuleSchema }],
  subresources: { status: true },
  columns: [],
  validate: validateRouteRule,
};
