import { isOneOf, type UnsupportedField } from '../unsupported-field.js';

export const UNSUPPORTED_SERVICE_ENTRY_FIELDS: readonly UnsupportedField[] = [
  {
    kind: 'ServiceEntry',
    path: 'spec.resolution',
    harmless: isOneOf('NONE', 'STATIC', 'DNS', 'DNS_ROUND_ROBIN'),
    only: 'DYNAMIC_DNS',
  },
];
