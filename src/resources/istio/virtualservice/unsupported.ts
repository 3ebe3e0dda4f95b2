import { fields, type UnsupportedField } from '../unsupported-field.js';

export const UNSUPPORTED_VIRTUAL_SERVICE_FIELDS: readonly UnsupportedField[] = fields(
  'VirtualService',
  'spec.tls',
  'spec.tcp',
  'spec.http[].delegate',
  'spec.http[].corsPolicy',
  'spec.http[].match[].statPrefix',
  'spec.http[].fault.delay.exponentialDelay',
  'spec.http[].fault.abort.http2Error',
  'spec.http[].fault.abort.grpcStatus',
  'spec.http[].retries.retryIgnorePreviousHosts',
  'spec.http[].retries.retryRemoteLocalities',
  'spec.http[].retries.backoff',
);
