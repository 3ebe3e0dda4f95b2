import { refusedFields, type UnsupportedField } from '../unsupported-field.js';

/** Istio 0.7.1's validation refused the first four; its pilot read none of the others. */
export const UNSUPPORTED_ROUTE_RULE_FIELDS: readonly UnsupportedField[] = refusedFields(
  'RouteRule',
  'Istio 0.7 has the field, and does not implement it either',
  'spec.l4Fault',
  'spec.match.udp',
  'spec.httpFault.delay.exponentialDelay',
  'spec.httpFault.abort.grpcStatus',
  'spec.match.tcp',
  'spec.httpReqTimeout.custom',
  'spec.httpReqTimeout.simpleTimeout.overrideHeaderName',
  'spec.httpReqRetries.custom',
  'spec.httpReqRetries.simpleRetry.overrideHeaderName',
  'spec.httpFault.delay.overrideHeaderName',
  'spec.httpFault.abort.http2Error',
  'spec.httpFault.abort.overrideHeaderName',
);
