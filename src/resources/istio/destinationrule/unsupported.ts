import { fields, isOneOf, refusedFields, type UnsupportedField } from '../unsupported-field.js';

const KIND = 'DestinationRule';
const WHOLE = ['spec.trafficPolicy', 'spec.subsets[].trafficPolicy'];
const EVERYWHERE = WHOLE.flatMap((path) => [path, `${path}.portLevelSettings[]`]);

function trafficPolicyFields(path: string): UnsupportedField[] {
  return [
    {
      kind: KIND,
      path: `${path}.tls.mode`,
      harmless: isOneOf('DISABLE', 'SIMPLE', 'MUTUAL'),
      only: 'ISTIO_MUTUAL',
      because: 'not supported yet: the mesh gives workloads no certificates; leave it out, or use MUTUAL with your own',
    },
    ...refusedFields(
      KIND,
      'Node.js sets only the time of a keep-alive',
      `${path}.connectionPool.tcp.tcpKeepalive.probes`,
      `${path}.connectionPool.tcp.tcpKeepalive.interval`,
    ),
    ...fields(
      KIND,
      `${path}.loadBalancer.zoneAwareLbSetting`,
      `${path}.outlierDetection.outlierDetectionHttpErrorCodes`,
    ),
  ];
}

export const UNSUPPORTED_DESTINATION_RULE_FIELDS: readonly UnsupportedField[] = [
  ...EVERYWHERE.flatMap(trafficPolicyFields),
  ...WHOLE.flatMap((path) => fields(KIND, `${path}.retryBudget.budgetInterval`)),
];
