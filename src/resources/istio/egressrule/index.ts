import type { KindDefinition } from '../../kind.js';
import { CONFIG_GROUP, CONFIG_VERSION, ISTIO_CATEGORIES } from '../versions.js';
import { egressRuleSchema } from './schema.js';
import { validateEgressRule } from './validate.js';

export const egressRule: KindDefinition = {
  group: CONFIG_GROUP,
  kind: 'EgressRule',
  plural: 'egressrules',
  singular: 'egressrule',
  categories: ISTIO_CATEGORIES,
  namespaced: true,
  versions: [{ name: CONFIG_VERSION, storage: true, schema: egressRuleSchema }],
  subresources: { status: true },
  columns: [],
  validate: validateEgressRule,
};
