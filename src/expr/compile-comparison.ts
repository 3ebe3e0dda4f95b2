import type { ComparisonOperator } from './ast.js';
import type { Evaluate } from './compile.js';
import { dnsNamesEqual } from './functions/dns-name.js';
import { emailsEqual } from './functions/email.js';
import { canonicalIp } from './functions/ip.js';
import { urisEqual } from './functions/uri.js';
import { Failure, type Value, type ValueType } from './values.js';

type Compare = (left: never, right: never) => boolean | Failure;

const EQUAL: Partial<Record<ValueType, Compare>> = {
  IP_ADDRESS: ipsEqual,
  DNS_NAME: dnsNamesEqual,
  EMAIL_ADDRESS: emailsEqual,
  URI: urisEqual,
};
const ORDER: Readonly<Record<'<' | '<=' | '>' | '>=', (left: never, right: never) => boolean>> = {
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

/** `left operator right`, both of `type`; a side that fails is the result. */
export function compileComparison(
  operator: ComparisonOperator,
  type: ValueType,
  left: Evaluate,
  right: Evaluate,
  constant: Value | undefined,
): Evaluate {
  if (operator !== '==' && operator !== '!=') return byFunction(ORDER[operator], left, right);
  const equal = EQUAL[type];
  if (equal !== undefined) {
    const result = byFunction(equal, left, right);
    return operator === '==' ? result : negated(result);
  }
  if (constant !== undefined) return toConstant(operator === '==', left, constant);
  return byIdentity(operator === '==', left, right);
}

/** The commonest form of all, `attribute == "literal"`. */
function toConstant(wanted: boolean, left: Evaluate, constant: Value): Evaluate {
  return (bag) => {
    const value = left(bag);
    if (value === constant) return wanted;
    return value instanceof Failure ? value : !wanted;
  };
}

function byIdentity(wanted: boolean, left: Evaluate, right: Evaluate): Evaluate {
  return (bag) => {
    const a = left(bag);
    if (a instanceof Failure) return a;
    const b = right(bag);
    if (b instanceof Failure) return b;
    return (a === b) === wanted;
  };
}

function byFunction(compare: Compare, left: Evaluate, right: Evaluate): Evaluate {
  return (bag) => {
    const a = left(bag);
    if (a instanceof Failure) return a;
    const b = right(bag);
    if (b instanceof Failure) return b;
    return compare(a as never, b as never);
  };
}

function negated(result: Evaluate): Evaluate {
  return (bag) => {
    const value = result(bag);
    return typeof value === 'boolean' ? !value : value;
  };
}

/** Bags hold canonical addresses; one that doesn't is compared all the same. */
function ipsEqual(a: string, b: string): boolean {
  return a === b || (canonicalIp(a) ?? a) === (canonicalIp(b) ?? b);
}
