import { isEmpty, type UnsupportedField } from '../unsupported-field.js';

export const UNSUPPORTED_EGRESS_RULE_FIELDS: readonly UnsupportedField[] = [
  { kind: 'EgressRule', path: 'spec.useEgressProxy', harmless: isEmpty },
];
