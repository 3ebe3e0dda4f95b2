import type { KindDefinition } from '../../kind.js';
import { AGE_COLUMN, column } from '../../printing/columns.js';
import { schemaRef } from '../../schemas/index.js';
import type { ServiceObject } from '../../types.js';
import { defaultService } from './defaults.js';
import { validateService, validateServiceUpdate } from './validate.js';

export const SERVICE: KindDefinition = {
  group: '',
  kind: 'Service',
  plural: 'services',
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.core.v1.Service') }],
  subresources: { status: true },
  columns: [
    column<ServiceObject>('Type', ({ spec }) => spec.type ?? ''),
    column<ServiceObject>('Cluster-IP', ({ spec }) => spec.clusterIP || '<none>'),
    column<ServiceObject>('External-IP', externalIP),
    column<ServiceObject>('Port(s)', ports),
    AGE_COLUMN,
    column<ServiceObject>('Selector', selector, { wide: true }),
  ],
  selectableFields: {
    'spec.clusterIP': (service) => (service as ServiceObject).spec.clusterIP ?? '',
    'spec.type': (service) => (service as ServiceObject).spec.type ?? '',
  },
  defaults: (object) => defaultService(object as ServiceObject),
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  prepareForCreate(object) {
    (object as ServiceObject).status = { loadBalancer: {} };
  },
};

function externalIP({ spec, status }: ServiceObject): string {
  const external = spec.externalIPs ?? [];
  if (spec.type === 'ExternalName') return spec.externalName ?? '';
  if (spec.type !== 'LoadBalancer') return external.length > 0 ? external.join(',') : '<none>';
  const balanced = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '');
  const all = [...balanced, ...external];
  return all.length > 0 ? all.join(',') : '<pending>';
}

function ports({ spec }: ServiceObject): string {
  if (!spec.ports?.length) return '<none>';
  return spec.ports
    .map(({ port, nodePort, protocol }) => (nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`))
    .join(',');
}

function selector({ spec }: ServiceObject): string {
  const pairs = Object.entries(spec.selector ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length > 0 ? pairs.sort().join(',') : '<none>';
}
