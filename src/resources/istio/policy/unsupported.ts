import { fields, isEmpty, isOneOf, type UnsupportedField } from '../unsupported-field.js';

export const UNSUPPORTED_POLICY_FIELDS: readonly UnsupportedField[] = [
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
