import type { KubeObject } from '../../resources/object.js';
import { forbidden, notFound, StatusError } from '../status-error.js';
import type { Admission, AdmissionRequest } from './admission.js';

const NAMESPACES = { group: '', resource: 'namespaces' };
/** Where the system itself lives; deleting one would take the mesh with it. */
const IMMORTAL: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);

/** Nothing is created in a namespace that is not there or is going away. */
export class NamespaceLifecycle implements Admission {
  /** @param namespace looks one up, among writes on their way too */
  constructor(private readonly namespace: (name: string) => KubeObject | undefined) {}

  validate(request: AdmissionRequest): [] {
    if (request.operation === 'CREATE') this.checkCreate(request);
    if (request.operation === 'DELETE') this.checkDelete(request);
    return [];
  }

  private checkCreate({ definition, namespace, name }: AdmissionRequest): void {
    if (!definition.namespaced || namespace === undefined) return;
    const found = this.namespace(namespace);
    if (!found) throw notFound(NAMESPACES, namespace);
    if (found.metadata.deletionTimestamp === undefined) return;
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
    const error = forbidden({ group: definition.group, resource: definition.plural }, name, why);
    throw new StatusError(403, 'Forbidden', error.message, {
      ...error.status.details,
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    });
  }

  private checkDelete({ definition, name }: AdmissionRequest): void {
    if (definition.group === '' && definition.plural === 'namespaces' && IMMORTAL.has(name)) {
      throw forbidden(NAMESPACES, name, 'this namespace may not be deleted');
    }
  }
}
