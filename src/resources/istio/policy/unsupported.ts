import { fields, isEmpty, isOneOf, refusedFields, type UnsupportedField } from '../unsupported-field.js';

export const UNSUPPORTED_POLICY_FIELDS: readonly UnsupportedField[] = [
  ...refusedFields('rule', 'deprecated, match took its place', 'spec.selector'),
  ...refusedFields('QuotaSpecBinding', 'a QuotaSpec is bound to a whole service', 'spec.services[].labels'),
  {
    kind: 'stdio',
    path: 'spec.logStream',
    harmless: isOneOf('STDOUT', 'STDERR'),
    only: 'FILE and ROTATED_FILE',
  },
  ...fields(
    'stdio',
    'spec.outputPath',
    'spec.maxMegabytesBeforeRotation',
    'spec.maxDaysBeforeRotation',
    'spec.maxRotatedFiles',
  ),
  ...fields('kubernetesenv', 'spec.kubeconfigPath', 'spec.podLabelForService', 'spec.podLabelForIstioComponentService'),
  { kind: 'kubernetesenv', path: 'spec.clusterDomainName', harmless: isOneOf('SVC.CLUSTER.LOCAL') },
  { kind: 'kubernetesenv', path: 'spec.lookupIngressSourceAndOriginValues', harmless: isEmpty },
  ...fields('kubernetesenv', 'spec.fullyQualifiedIstioIngressServiceName'),
];
