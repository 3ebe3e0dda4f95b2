import type { Failure, Value, ValueType } from '../values.js';
import { dnsName } from './dns-name.js';
import { email } from './email.js';
import { ip } from './ip.js';
import { checkPattern, match, matcher } from './matches.js';
import { timestamp } from './timestamp.js';
import { uri } from './uri.js';

/** `T` stands for one type, the same in every place of a signature. */
export type TypeOrAny = ValueType | 'T';

/** A function of the language. The target of a method is its first parameter. */
export interface FunctionDefinition {
  readonly method: boolean;
  readonly params: readonly TypeOrAny[];
  readonly returns: TypeOrAny;
  /** One implementation for each place where the function is called. */
  readonly make: () => (...args: never[]) => Value | Failure;
  /** What can be known to fail from the arguments that are constants; the others are undefined. */
  readonly check?: (args: readonly (Value | undefined)[]) => Failure | undefined;
}

function plain(
  params: readonly TypeOrAny[],
  returns: TypeOrAny,
  call: (...args: never[]) => Value | Failure,
): FunctionDefinition {
  return { method: false, params, returns, make: () => call };
}

const TEXT_IN_TEXT: readonly ValueType[] = ['STRING', 'STRING'];
const EMPTY: ReadonlyMap<string, string> = new Map();

/** The functions of Istio 0.7.1 and, from `conditionalString` on, those that its later releases added. */
export const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map<string, FunctionDefinition>([
  ['ip', plain(['STRING'], 'IP_ADDRESS', ip)],
  ['timestamp', plain(['STRING'], 'TIMESTAMP', timestamp)],
  ['dnsName', plain(['STRING'], 'DNS_NAME', dnsName)],
  ['email', plain(['STRING'], 'EMAIL_ADDRESS', email)],
  ['uri', plain(['STRING'], 'URI', uri)],
  ['match', plain(TEXT_IN_TEXT, 'BOOL', match)],
  ['emptyStringMap', plain([], 'STRING_MAP', () => EMPTY)],
  ['matches', { method: true, params: TEXT_IN_TEXT, returns: 'BOOL', make: matcher, check: checkPattern }],
  ['startsWith', method(TEXT_IN_TEXT, 'BOOL', (text: string, prefix: string) => text.startsWith(prefix))],
  ['endsWith', method(TEXT_IN_TEXT, 'BOOL', (text: string, suffix: string) => text.endsWith(suffix))],
  ['conditionalString', plain(['BOOL', 'STRING', 'STRING'], 'STRING', choose)],
  ['conditional', plain(['BOOL', 'T', 'T'], 'T', choose)],
  ['toLower', plain(['STRING'], 'STRING', (text: string) => text.toLowerCase())],
  ['size', plain(['STRING'], 'INT64', (text: string) => Buffer.byteLength(text))],
]);

function method(
  params: readonly ValueType[],
  returns: ValueType,
  call: (...args: never[]) => Value | Failure,
): FunctionDefinition {
  return { method: true, params, returns, make: () => call };
}

function choose(condition: boolean, yes: Value, no: Value): Value {
  return condition ? yes : no;
}
