import { fields, isOneOf, type UnsupportedField } from '../unsupported-field.js';

const KIND = 'DestinationRule';
const WHOLE = ['spec.trafficPolicy', 'spec.subsets[].trafficPolicy'];
const EVERYWHERE = WHOLE.flatMap((path) => [path, `${path}.portLevelSettings[]`]);

function trafficPolicyFields(path: string): UnsupportedField[] {
  return [
    {
      kind: KIND,
      path: `${path}.tls.mode`,
      harmless: isOneOf('DISABLE', 'SIMPLE', 'MUTUAL'),
      only: 'ISTIO_MUTUAL (there are no certificates of workloads yet)',
    },
    ...fields(
      KIND,
      `${path}.loadBalancer.zoneAwareLbSetting`,
      `${path}.connectionPool.tcp.tcpKeepalive.probes`,
      `${path}.connectionPool.tcp.tcpKeepalive.interval`,
      `${path}.outlierDetection.outlierDetectionHttpErrorCodes`,
    ),
  ];
}

export const UNSUPPORTED_DESTINATION_RULE_FIELDS: readonly UnsupportedField[] = [
  ...EVERYWHERE.flatMap(trafficPolicyFields),
  ...WHOLE.flatMap((path) => fields(KIND, `${path}.retryBudget.budgetInterval`)),
];
