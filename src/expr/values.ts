/** The types of attributes and of expressions: Istio's ValueType. */
export const VALUE_TYPES = [
  'STRING',
  'INT64',
  'DOUBLE',
  'BOOL',
  'TIMESTAMP',
  'IP_ADDRESS',
  'EMAIL_ADDRESS',
  'URI',
  'DNS_NAME',
  'DURATION',
  'STRING_MAP',
] as const;

export type ValueType = (typeof VALUE_TYPES)[number];

/** A Map does; a proxy may give a view of its headers. */
export interface StringMap {
  get(key: string): string | undefined;
  entries(): Iterable<readonly [string, string]>;
}

/**
 * STRING, EMAIL_ADDRESS, URI and DNS_NAME are strings; IP_ADDRESS is a string as {@link canonicalIp} writes it; INT64 and DOUBLE are
 * numbers; TIMESTAMP is milliseconds since 1970 and DURATION milliseconds, both with fractions.
 */
export type Value = string | number | boolean | StringMap;

/** The attributes of one request. Values have the type that the vocabulary gives their name; an absent one is undefined. */
export interface AttributeBag {
  get(name: string): Value | undefined;
}

/** Why an expression has no value for these attributes. Returned, not thrown: it happens on ordinary requests. */
export class Failure {
  constructor(readonly message: string) {}
}

export function isFailure(value: unknown): value is Failure {
  return value instanceof Failure;
}
