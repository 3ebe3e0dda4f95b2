import { fields, type UnsupportedField } from '../unsupported-field.js';

export const UNSUPPORTED_SIDECAR_FIELDS: readonly UnsupportedField[] = fields(
  'Sidecar',
  'spec.ingress[].tls',
  'spec.ingress[].connectionPool',
  'spec.inboundConnectionPool',
  'spec.outboundTrafficPolicy.egressProxy',
);
