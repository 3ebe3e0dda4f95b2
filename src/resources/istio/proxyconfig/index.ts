import type { KindDefinition } from '../../kind.js';
import { ISTIO_CATEGORIES, NETWORKING_GROUP } from '../versions.js';
import { proxyConfigSchema } from './schema.js';
import { validateProxyConfig } from './validate.js';

export const proxyConfig: KindDefinition = {
  group: NETWORKING_GROUP,
  kind: 'ProxyConfig',
  plural: 'proxyconfigs',
  singular: 'proxyconfig',
  categories: ISTIO_CATEGORIES,
  namespaced: true,
  versions: [{ name: 'v1beta1', storage: true, schema: proxyConfigSchema }],
  subresources: { status: true },
  columns: [],
  validate: validateProxyConfig,
};
