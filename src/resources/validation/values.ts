import type { FieldError } from '../kind.js';
import { invalid, notSupported } from './errors.js';
import type { NameRule } from './names.js';

/** One of a few words, where it is given. */
export function oneOf(field: string, value: string | undefined, supported: readonly string[]): FieldError[] {
  return value === undefined || supported.includes(value) ? [] : [notSupported(field, value, supported)];
}

export function nonNegative(field: string, value: number | undefined): FieldError[] {
  return (value ?? 0) < 0 ? [invalid(field, value, 'must be greater than or equal to 0')] : [];
}

export function ruled(rule: NameRule, field: string, name: string): FieldError[] {
  const problem = rule(name);
  return problem ? [invalid(field, name, problem)] : [];
}
