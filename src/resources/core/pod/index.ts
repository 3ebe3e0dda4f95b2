import type { KindDefinition } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { schemaRef } from '../../schemas/index.js';
import type { PodObject } from '../../types.js';
import { POD_COLUMNS } from './columns.js';
import { defaultPodSpec } from './defaults.js';
import { qosClass } from './qos.js';
import { validatePod, validatePodUpdate } from './validate.js';

export const POD: KindDefinition = {
  group: '',
  kind: 'Pod',
  plural: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.core.v1.Pod') }],
  subresources: { status: true },
  columns: POD_COLUMNS,
  selectableFields: {
    'spec.nodeName': (pod) => (pod as PodObject).spec.nodeName ?? '',
    'spec.restartPolicy': (pod) => (pod as PodObject).spec.restartPolicy ?? '',
    'spec.schedulerName': (pod) => (pod as PodObject).spec.schedulerName ?? '',
    'spec.serviceAccountName': (pod) => (pod as PodObject).spec.serviceAccountName ?? '',
    'status.phase': (pod) => (pod as PodObject).status?.phase ?? '',
    'status.podIP': (pod) => (pod as PodObject).status?.podIP ?? '',
    'status.nominatedNodeName': (pod) => (pod as PodObject).status?.nominatedNodeName ?? '',
  },
  defaults(object) {
    const { spec } = object as PodObject;
    if (!spec) return;
    defaultPodSpec(spec);
    spec.enableServiceLinks ??= true;
    spec.priority ??= 0;
    spec.preemptionPolicy ??= 'PreemptLowerPriority';
    // Kubernetes does this at admission, with the token that we do not mount.
    spec.serviceAccountName ||= 'default';
    spec.serviceAccount = spec.serviceAccountName;
  },
  validate: validatePod,
  validateUpdate: validatePodUpdate,
  prepareForCreate(object: KubeObject) {
    const pod = object as PodObject;
    // Without a spec it is refused in the next step.
    if (pod.spec) pod.status = { phase: 'Pending', qosClass: qosClass(pod.spec) };
  },
};
