import { isIP } from 'node:net';
import { RE2JS } from 're2js';
import { messageOf } from '../../base/errors.js';
import type { FieldError } from '../kind.js';
import { parseDuration } from './duration.js';

/** The text of a pattern is a program: longer ones are refused before they are compiled. */
export const REGEX_LENGTH_MAX_CHARS = 1_024;
const DURATION_MIN_MS = 1;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const HOST_PART = /^[a-z0-9_]([-a-z0-9_]{0,61}[a-z0-9_])?$/i;
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const HTTP_METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Collects what is wrong with an object, each with its path and in the words of the Kubernetes API. */
export class FieldErrors {
  readonly list: FieldError[] = [];

  required(field: string, message: string): void {
    this.list.push({ reason: 'FieldValueRequired', field, message: `Required value: ${message}` });
  }

  invalid(field: string, value: unknown, message: string): void {
    this.list.push({
      reason: 'FieldValueInvalid',
      field,
      message: `Invalid value: ${JSON.stringify(value)}: ${message}`,
    });
  }

  notSupported(field: string, value: unknown, supported: readonly string[]): void {
    const values = supported.map((one) => JSON.stringify(one)).join(', ');
    const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${values}`;
    this.list.push({ reason: 'FieldValueNotSupported', field, message });
  }

  forbidden(field: string, message: string): void {
    this.list.push({ reason: 'FieldValueForbidden', field, message: `Forbidden: ${message}` });
  }

  duplicate(field: string, value: unknown): void {
    this.list.push({ reason: 'FieldValueDuplicate', field, message: `Duplicate value: ${JSON.stringify(value)}` });
  }

  range(field: string, value: number | undefined, low: number, high: number): void {
    if (value === undefined || (value >= low && value <= high)) return;
    this.invalid(field, value, `must be between ${low} and ${high}`);
  }

  atLeast(field: string, value: number | undefined, low: number): void {
    if (value !== undefined && value < low) this.invalid(field, value, `must be at least ${low}`);
  }

  /** At least a millisecond, as Istio asks; `zeroAllowed` where 0s switches something off. */
  duration(field: string, value: string | undefined, zeroAllowed = false): void {
    if (value === undefined) return;
    const parsed_ms = parseDuration(value);
    if (parsed_ms === undefined)
      this.invalid(field, value, 'must be a duration with a unit, for example 1s, 250ms or 1h30m');
    else if (parsed_ms < DURATION_MIN_MS && !(zeroAllowed && parsed_ms === 0)) {
      this.invalid(field, value, 'must be at least 1ms');
    }
  }

  regex(field: string, value: string | undefined): void {
    if (value === undefined) return;
    if (value.length > REGEX_LENGTH_MAX_CHARS) {
      this.invalid(field, `${value.slice(0, 40)}…`, `must not be longer than ${REGEX_LENGTH_MAX_CHARS} characters`);
      return;
    }
    try {
      RE2JS.compile(value);
    } catch (error) {
      this.invalid(field, value, `must be a regular expression in RE2 syntax: ${messageOf(error)}`);
    }
  }

  headerName(field: string, name: string): void {
    if (!HEADER_NAME.test(name)) this.invalid(field, name, 'must be the name of an HTTP header');
  }

  method(field: string, value: string): void {
    if (!HTTP_METHOD.test(value)) this.invalid(field, value, 'must be an HTTP method, for example GET');
  }

  ipAddress(field: string, value: string): void {
    if (isIP(value) === 0) this.invalid(field, value, 'must be an IP address, for example 10.9.8.7 or 2001:db8::1');
  }

  /** An IP address, or a range of them: `10.2.0.0/16`. */
  subnet(field: string, value: string): void {
    const [address = '', length, more] = value.split('/');
    const version = isIP(address);
    const isLength = length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (version === 4 ? 32 : 128));
    if (version !== 0 && isLength && more === undefined) return;
    this.invalid(field, value, 'must be an IP address or a range of them, for example 10.2.0.0/16');
  }

  dnsLabel(field: string, value: string): void {
    if (DNS_LABEL.test(value)) return;
    this.invalid(
      field,
      value,
      "must consist of lower case letters, digits and '-', and start and end with one of the first two",
    );
  }

  /** A DNS name; with `wildcard` also `*` and `*.example.com`. */
  host(field: string, value: string, wildcard = false): void {
    const name = wildcard ? value.replace(/^\*(\.|$)/, '') : value;
    if (wildcard && name === '' && value === '*') return;
    if (name.includes('*')) {
      this.invalid(
        field,
        value,
        wildcard ? "'*' may stand only for the whole first part" : "must be one host, without '*'",
      );
    } else if (name.length === 0 || name.length > 253 || !name.split('.').every((part) => HOST_PART.test(part))) {
      this.invalid(field, value, 'must be a host name, for example reviews or reviews.shop.svc.cluster.local');
    }
  }
}

export interface StringMatch {
  exact?: string;
  prefix?: string;
  regex?: string;
}

/** Exactly one of the three ways to match; `emptyAllowed` where `{}` means that the thing is present. */
export function checkStringMatch(errors: FieldErrors, field: string, match: StringMatch, emptyAllowed = false): void {
  const given = Object.keys(match);
  if (given.length > 1) errors.invalid(field, match, 'must have only one of exact, prefix and regex');
  else if (given.length === 0 && !emptyAllowed) errors.required(field, 'one of exact, prefix and regex');
  errors.regex(`${field}.regex`, match.regex);
}

/** `spec.match.request.headers[user-agent]`: how Kubernetes writes a key of a map. */
export function keyed(field: string, key: string): string {
  return `${field}[${key}]`;
}
