import { fields, type UnsupportedField } from '../unsupported-field.js';

export const UNSUPPORTED_DESTINATION_POLICY_FIELDS: readonly UnsupportedField[] = fields(
  'DestinationPolicy',
  'spec.loadBalancing.custom',
  'spec.circuitBreaker.custom',
);
