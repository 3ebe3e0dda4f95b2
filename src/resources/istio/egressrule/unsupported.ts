import { isEmpty, isOneOf, type UnsupportedField } from '../unsupported-field.js';

export const UNSUPPORTED_EGRESS_RULE_FIELDS: readonly UnsupportedField[] = [
  { kind: 'EgressRule', path: 'spec.useEgressProxy', harmless: isEmpty },
  {
    kind: 'EgressRule',
    path: 'spec.ports[].protocol',
    harmless: isOneOf('HTTP', 'HTTP2', 'GRPC', 'TCP', 'MONGO', 'MYSQL', 'REDIS'),
    only: 'https (TLS by the sidecar)',
  },
];
