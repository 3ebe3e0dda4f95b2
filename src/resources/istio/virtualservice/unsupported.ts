import { refusedFields, type UnsupportedField } from '../unsupported-field.js';

export const UNSUPPORTED_VIRTUAL_SERVICE_FIELDS: readonly UnsupportedField[] = refusedFields(
  'VirtualService',
  'Istio has the field, and does not implement it either',
  'spec.http[].fault.delay.exponentialDelay',
  'spec.http[].fault.abort.http2Error',
  'spec.tcp[].match[].sourceSubnet',
);
