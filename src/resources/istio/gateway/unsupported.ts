import { fields, isOneOf, refusedFields, type UnsupportedField } from '../unsupported-field.js';

export const UNSUPPORTED_GATEWAY_FIELDS: readonly UnsupportedField[] = [
  {
    kind: 'Gateway',
    path: 'spec.servers[].tls.mode',
    harmless: isOneOf('PASSTHROUGH', 'SIMPLE', 'MUTUAL', 'OPTIONAL_MUTUAL'),
    only: 'AUTO_PASSTHROUGH and ISTIO_MUTUAL',
  },
  ...fields('Gateway', 'spec.servers[].defaultEndpoint', 'spec.servers[].tls.caCertCredentialName'),
  ...refusedFields('Gateway', 'it has no effect on Gateways, in Istio either', 'spec.servers[].port.targetPort'),
];
