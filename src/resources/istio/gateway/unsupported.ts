import { fields, isOneOf, type UnsupportedField } from '../unsupported-field.js';

export const UNSUPPORTED_GATEWAY_FIELDS: readonly UnsupportedField[] = [
  {
    kind: 'Gateway',
    path: 'spec.servers[].port.protocol',
    harmless: isOneOf('HTTP', 'HTTP2', 'GRPC'),
    only: 'HTTPS, TLS, TCP and MONGO',
  },
  ...fields(
    'Gateway',
    'spec.servers[].tls',
    'spec.servers[].bind',
    'spec.servers[].defaultEndpoint',
    'spec.servers[].port.targetPort',
  ),
];
