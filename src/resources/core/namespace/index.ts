import type { KindDefinition } from '../../kind.js';
import { column } from '../../printing/columns.js';
import { schemaRef } from '../../schemas/index.js';
import type { NamespaceObject } from '../../types.js';
import { validateMetadata } from '../../validation/metadata.js';
import { dns1123Label } from '../../validation/names.js';

/** In `spec.finalizers` until the namespace's content is gone. */
export const NAMESPACE_FINALIZER = 'kubernetes';
/** Every namespace has its own name as a label. */
const NAME_LABEL = 'kubernetes.io/metadata.name';

export const NAMESPACE: KindDefinition = {
  group: '',
  kind: 'Namespace',
  plural: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  namespaced: false,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.core.v1.Namespace') }],
  subresources: { status: true },
  columns: [column<NamespaceObject>('Status', (namespace) => namespace.status?.phase ?? '')],
  selectableFields: { 'status.phase': (namespace) => (namespace as NamespaceObject).status?.phase ?? '' },
  defaults(object) {
    object.metadata.labels = { ...object.metadata.labels, [NAME_LABEL]: object.metadata.name };
    const namespace = object as NamespaceObject;
    namespace.status = { ...namespace.status, phase: namespace.status?.phase ?? 'Active' };
    // A manifest that replaces a namespace says nothing of it, and without it the content would stay behind.
    if (!object.metadata.deletionTimestamp) keepFinalizer(namespace);
  },
  validate: (object) => validateMetadata(object, dns1123Label),
  prepareForCreate(object) {
    (object as NamespaceObject).status = { phase: 'Active' };
  },
};

function keepFinalizer(namespace: NamespaceObject): void {
  const finalizers = new Set(namespace.spec?.finalizers);
  namespace.spec = { ...namespace.spec, finalizers: [...finalizers.add(NAMESPACE_FINALIZER)] };
}
