import type { KindDefinition } from '../../kind.js';
import { column } from '../../printing/columns.js';
import { schemaRef } from '../../schemas/index.js';
import type { IngressClassObject } from '../../types.js';
import { required } from '../../validation/errors.js';
import { immutable, validateMetadata } from '../../validation/metadata.js';

export const INGRESS_CLASS: KindDefinition = {
  group: 'networking.k8s.io',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  singular: 'ingressclass',
  namespaced: false,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.networking.v1.IngressClass') }],
  columns: [
    column<IngressClassObject>('Controller', ({ spec }) => spec?.controller ?? ''),
    column<IngressClassObject>('Parameters', parameters),
  ],
  validate(object) {
    const { spec } = object as IngressClassObject;
    return [...validateMetadata(object), ...(spec?.controller ? [] : [required('spec.controller')])];
  },
  validateUpdate: (object, old) =>
    immutable(
      'spec.controller',
      (object as IngressClassObject).spec?.controller,
      (old as IngressClassObject).spec?.controller,
    ),
};

function parameters({ spec }: IngressClassObject): string {
  const found = spec?.parameters;
  if (!found) return '<none>';
  const kind = found.apiGroup ? `${found.kind}.${found.apiGroup}` : found.kind;
  return `${kind}/${found.name}`;
}
