import type { FieldErrors } from '../../checks.js';
import { integer, list, mapOf, string } from '../../schemas.js';
import { policyKind } from '../policy-kind.js';
import { message } from '../proto-json.js';

export interface AttributeMatch {
  exact?: string;
  prefix?: string;
  regex?: string;
}

export interface QuotaSpecRule {
  match?: { clause?: Record<string, AttributeMatch> }[];
  quotas?: { quota?: string; charge?: number }[];
}

export interface QuotaSpecSpec {
  rules?: QuotaSpecRule[];
}

export const quotaSpec = policyKind<QuotaSpecSpec>({
  kind: 'QuotaSpec',
  plural: 'quotaspecs',
  description: 'QuotaSpec (Istio 0.7): how much a request is charged',
  spec: message({
    rules: list(
      message({
        match: list(message({ clause: mapOf(message({ exact: string, prefix: string, regex: string })) })),
        quotas: list(message({ quota: string, charge: integer })),
      }),
    ),
  }),
  validate: (errors, { rules = [] }) => {
    if (rules.length === 0) errors.required('spec.rules', 'a least one rule must be specified');
    rules.forEach((rule, index) => {
      checkRule(errors, `spec.rules[${index}]`, rule);
    });
  },
});

function checkRule(errors: FieldErrors, field: string, { match = [], quotas = [] }: QuotaSpecRule): void {
  match.forEach(({ clause = {} }, index) => {
    for (const [name, one] of Object.entries(clause))
      checkClause(errors, `${field}.match[${index}].clause[${name}]`, one);
  });
  if (quotas.length === 0) errors.required(`${field}.quotas`, 'a least one quota must be specified');
  quotas.forEach(({ quota, charge = 0 }, index) => {
    if (!quota) errors.required(`${field}.quotas[${index}].quota`, 'quota name cannot be empty');
    if (charge <= 0) errors.invalid(`${field}.quotas[${index}].charge`, charge, 'quota charge amount must be positive');
  });
}

function checkClause(errors: FieldErrors, field: string, match: AttributeMatch): void {
  const given = Object.entries(match);
  if (given.length !== 1) errors.invalid(field, match, 'must have exactly one of exact, prefix and regex');
  for (const [way, text] of given) {
    if (text === '') errors.required(`${field}.${way}`, 'cannot be empty');
  }
  errors.regex(`${field}.regex`, match.regex);
}
