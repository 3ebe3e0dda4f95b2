import { fields, isOneOf, type UnsupportedField } from '../unsupported-field.js';

const TRAFFIC_POLICIES = ['spec.trafficPolicy', 'spec.subsets[].trafficPolicy'].flatMap((path) => [
  path,
  `${path}.portLevelSettings[]`,
]);

function trafficPolicyFields(path: string): UnsupportedField[] {
  const kind = 'DestinationRule';
  return [
    { kind, path: `${path}.tls.mode`, harmless: isOneOf('DISABLE'), only: 'modes other than DISABLE' },
    {
      kind,
      path: `${path}.loadBalancer.simple`,
      harmless: isOneOf('UNSPECIFIED', 'ROUND_ROBIN', 'LEAST_REQUEST', 'LEAST_CONN', 'RANDOM'),
      only: 'PASSTHROUGH',
    },
    ...fields(
      kind,
      `${path}.loadBalancer.consistentHash`,
      `${path}.loadBalancer.localityLbSetting`,
      `${path}.loadBalancer.zoneAwareLbSetting`,
      `${path}.loadBalancer.warmup`,
      `${path}.loadBalancer.warmupDurationSecs`,
      `${path}.connectionPool.tcp.tcpKeepalive`,
      `${path}.connectionPool.tcp.maxConnectionDuration`,
      `${path}.connectionPool.tcp.idleTimeout`,
      `${path}.connectionPool.http.idleTimeout`,
      `${path}.connectionPool.http.h2UpgradePolicy`,
      `${path}.connectionPool.http.useClientProtocol`,
      `${path}.connectionPool.http.maxConcurrentStreams`,
      `${path}.connectionPool.http.http2KeepAlive`,
      `${path}.outlierDetection.splitExternalLocalOriginErrors`,
      `${path}.outlierDetection.consecutiveLocalOriginFailures`,
      `${path}.outlierDetection.outlierDetectionHttpErrorCodes`,
    ),
  ];
}

export const UNSUPPORTED_DESTINATION_RULE_FIELDS: readonly UnsupportedField[] = [
  ...TRAFFIC_POLICIES.flatMap(trafficPolicyFields),
  ...fields(
    'DestinationRule',
    'spec.trafficPolicy.tunnel',
    'spec.trafficPolicy.proxyProtocol',
    'spec.trafficPolicy.retryBudget',
  ),
  ...fields(
    'DestinationRule',
    'spec.subsets[].trafficPolicy.tunnel',
    'spec.subsets[].trafficPolicy.proxyProtocol',
    'spec.subsets[].trafficPolicy.retryBudget',
  ),
];
