import type { StreamInfo } from '../http/stream-info.js';
import { textOf } from './operator.js';
import { type FormatPart, parseFormat } from './parse.js';

export type { FormatValue, Operator } from './operator.js';
export type Formatter = (info: StreamInfo) => string;

/**
 * Compiles a format string with Envoy's command operators.
 * @param empty what stands for a value that is not there: `-` in access logs, nothing in header values
 * @throws ConfigError for an operator that is not supported
 */
export function compileFormat(format: string, path: string, empty = '-'): Formatter {
  return joinParts(parseFormat(format, path), empty);
}

/** A format whose parts are known already. */
export function joinParts(parts: readonly FormatPart[], empty: string): Formatter {
  const [first, second] = parts;
  if (first === undefined) return () => '';
  if (second === undefined) {
    if (typeof first === 'string') return () => first;
    return (info) => textOf(first(info)) ?? empty;
  }
  return (info) => {
    let out = '';
    for (const part of parts) out += typeof part === 'string' ? part : (textOf(part(info)) ?? empty);
    return out;
  };
}
