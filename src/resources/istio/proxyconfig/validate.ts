import type { FieldError } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { FieldErrors, keyed } from '../checks.js';
import { unsupportedFieldErrors } from '../unsupported.js';
import type { ProxyConfig, ProxyConfigSpec } from './types.js';

export function validateProxyConfig(object: KubeObject): FieldError[] {
  const errors = new FieldErrors();
  const spec = (object as ProxyConfig).spec as ProxyConfigSpec | undefined;
  errors.atLeast('spec.concurrency', spec?.concurrency, 0);
  for (const [key, value] of Object.entries(spec?.selector?.matchLabels ?? {})) {
    const field = keyed('spec.selector.matchLabels', key);
    if (key === '') errors.required(field, 'the name of a label');
    if (`${key}${value}`.includes('*')) errors.invalid(field, value, "wildcard '*' is not supported in the selector");
  }
  return [...errors.list, ...unsupportedFieldErrors(object)];
}
