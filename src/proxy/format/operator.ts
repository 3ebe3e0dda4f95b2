import type { JsonValue } from '@bufbuild/protobuf';
import type { StreamInfo } from '../http/stream-info.js';

/** What a command operator yields: JSON formats keep numbers and objects; undefined is no value. */
export type FormatValue = string | number | JsonValue | undefined;

/** One compiled command operator. */
export type Operator = (info: StreamInfo) => FormatValue;

/** Makes an operator from what stands in its parentheses; undefined when it has none. @throws ConfigError */
export type OperatorFactory = (argument: string | undefined, path: string) => Operator;

/** As it stands in a text. */
export function textOf(value: FormatValue): string | undefined {
  if (typeof value === 'string' || value === undefined) return value;
  if (typeof value === 'object') return value === null ? undefined : JSON.stringify(value);
  return String(value);
}

/** An empty text is no value. */
export function some(value: string): string | undefined {
  return value === '' ? undefined : value;
}
