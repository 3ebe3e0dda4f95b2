import { fields, type UnsupportedField } from '../unsupported-field.js';

export const UNSUPPORTED_ROUTE_RULE_FIELDS: readonly UnsupportedField[] = fields(
  'RouteRule',
  'spec.match.tcp',
  'spec.match.udp',
  'spec.corsPolicy',
  'spec.l4Fault',
  'spec.httpReqTimeout.custom',
  'spec.httpReqTimeout.simpleTimeout.overrideHeaderName',
  'spec.httpReqRetries.custom',
  'spec.httpReqRetries.simpleRetry.overrideHeaderName',
  'spec.httpFault.delay.exponentialDelay',
  'spec.httpFault.delay.overrideHeaderName',
  'spec.httpFault.abort.grpcStatus',
  'spec.httpFault.abort.http2Error',
  'spec.httpFault.abort.overrideHeaderName',
);
