import type { KindDefinition } from '../../kind.js';
import { column } from '../../printing/columns.js';
import { schemaRef } from '../../schemas/index.js';
import type { IngressObject } from '../../types.js';
import { LEGACY_VERSIONS } from './legacy.js';
import { validateIngress } from './validate.js';

/** As many as kubectl shows before `+ 5 more...`. */
const HOSTS_SHOWN_MAX = 3;

export const INGRESS: KindDefinition = {
  group: 'networking.k8s.io',
  kind: 'Ingress',
  plural: 'ingresses',
  singular: 'ingress',
  shortNames: ['ing'],
  namespaced: true,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.networking.v1.Ingress') }, ...LEGACY_VERSIONS],
  subresources: { status: true },
  columns: [
    column<IngressObject>('Class', (ingress) => ingress.spec?.ingressClassName ?? '<none>'),
    column<IngressObject>('Hosts', hosts),
    column<IngressObject>('Address', ({ status }) =>
      (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').join(','),
    ),
    column<IngressObject>('Ports', ({ spec }) => (spec?.tls?.length ? '80, 443' : '80')),
  ],
  validate: validateIngress,
  prepareForCreate(object) {
    (object as IngressObject).status = { loadBalancer: {} };
  },
};

function hosts({ spec }: IngressObject): string {
  const named = (spec?.rules ?? []).slice(0, HOSTS_SHOWN_MAX).map(({ host }) => host || '*');
  if (named.length === 0) return '*';
  const more = (spec?.rules?.length ?? 0) - named.length;
  return more > 0 ? `${named.join(',')} + ${more} more...` : named.join(',');
}
