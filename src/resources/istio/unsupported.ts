import type { FieldError } from '../kind.js';
import type { KubeObject } from '../object.js';
import { UNSUPPORTED_DESTINATION_POLICY_FIELDS } from './destinationpolicy/unsupported.js';
import { UNSUPPORTED_DESTINATION_RULE_FIELDS } from './destinationrule/unsupported.js';
import { UNSUPPORTED_EGRESS_RULE_FIELDS } from './egressrule/unsupported.js';
import { UNSUPPORTED_ENVOY_FILTER_FIELDS } from './envoyfilter/unsupported.js';
import { UNSUPPORTED_GATEWAY_FIELDS } from './gateway/unsupported.js';
import { UNSUPPORTED_POLICY_FIELDS } from './policy/unsupported.js';
import { UNSUPPORTED_PROXY_CONFIG_FIELDS } from './proxyconfig/unsupported.js';
import { UNSUPPORTED_ROUTE_RULE_FIELDS } from './routerule/unsupported.js';
import { UNSUPPORTED_SERVICE_ENTRY_FIELDS } from './serviceentry/unsupported.js';
import { UNSUPPORTED_SIDECAR_FIELDS } from './sidecar/unsupported.js';
import type { UnsupportedField } from './unsupported-field.js';
import { UNSUPPORTED_VIRTUAL_SERVICE_FIELDS } from './virtualservice/unsupported.js';

/** Every kind's own list: validation refuses what is in it, docs/compatibility.md shows it. */
export const UNSUPPORTED_FIELDS: readonly UnsupportedField[] = [
  ...UNSUPPORTED_ROUTE_RULE_FIELDS,
  ...UNSUPPORTED_DESTINATION_POLICY_FIELDS,
  ...UNSUPPORTED_EGRESS_RULE_FIELDS,
  ...UNSUPPORTED_VIRTUAL_SERVICE_FIELDS,
  ...UNSUPPORTED_DESTINATION_RULE_FIELDS,
  ...UNSUPPORTED_GATEWAY_FIELDS,
  ...UNSUPPORTED_SERVICE_ENTRY_FIELDS,
  ...UNSUPPORTED_POLICY_FIELDS,
  ...UNSUPPORTED_PROXY_CONFIG_FIELDS,
  ...UNSUPPORTED_SIDECAR_FIELDS,
  ...UNSUPPORTED_ENVOY_FILTER_FIELDS,
];

/** An error for each unsupported field that the object sets. */
export function unsupportedFieldErrors(object: KubeObject): FieldError[] {
  return UNSUPPORTED_FIELDS.filter((field) => field.kind === object.kind).flatMap((field) =>
    valuesAt(object, field.path.split('.'), '')
      .filter(({ value }) => !field.harmless?.(value))
      .map(({ path, value }) => toError(field, path, value)),
  );
}

function toError(field: UnsupportedField, path: string, value: unknown): FieldError {
  const what = field.harmless && typeof value === 'string' ? `${JSON.stringify(value)} is ` : '';
  return {
    reason: 'FieldValueForbidden',
    field: path,
    message: `Forbidden: ${what}${field.because ?? 'not supported yet'}; see docs/compatibility.md`,
  };
}

function valuesAt(value: unknown, path: readonly string[], at: string): { path: string; value: unknown }[] {
  if (value === undefined || value === null) return [];
  const [step, ...rest] = path;
  if (step === undefined) return [{ path: at, value }];
  const name = step.replace(/\[\]$/, '');
  const child = (value as Record<string, unknown>)[name];
  const childAt = at === '' ? name : `${at}.${name}`;
  if (name === step) return valuesAt(child, rest, childAt);
  if (!Array.isArray(child)) return [];
  return child.flatMap((item, index) => valuesAt(item, rest, `${childAt}[${index}]`));
}
