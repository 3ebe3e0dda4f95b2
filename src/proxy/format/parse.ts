import { ConfigError } from '../errors.js';
import { type Operator, textOf } from './operator.js';
import { compileOperator } from './operators.js';

/** A format is at most this long: they are written by people. */
const FORMAT_CHARS_MAX = 64 * 1024;

/** A part of a format: text that stays, or an operator. */
export type FormatPart = string | Operator;

/** `%NAME`, then perhaps `(ARGUMENT)`, perhaps `:LENGTH`, then `%`; or `%%`. The argument ends at the last `)` before that. */
const OPERATOR = /%(?:%|([A-Z][A-Z_0-9]*)(?:\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\))?(?::(\d+))?%)/y;

/** Splits a format into its parts; neighbouring texts are one. @throws ConfigError */
export function parseFormat(format: string, path: string): readonly FormatPart[] {
  if (format.length > FORMAT_CHARS_MAX) throw new ConfigError(path, `longer than ${FORMAT_CHARS_MAX} characters`);
  const parts: FormatPart[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') parts.push(byteString(text));
    text = '';
  };
  let at = 0;
  while (at < format.length) {
    const next = format.indexOf('%', at);
    if (next < 0) break;
    text += format.slice(at, next);
    OPERATOR.lastIndex = next;
    const match = OPERATOR.exec(format);
    if (match === null)
      throw new ConfigError(
        path,
        `Incorrect configuration: ${format}. Couldn't find valid command at position ${next}`,
      );
    const [whole, name, argument, length] = match;
    at = next + whole.length;
    if (name === undefined) {
      text += '%';
      continue;
    }
    flush();
    parts.push(limited(compileOperator(name, argument, path), length));
  }
  text += format.slice(at);
  flush();
  return parts;
}

/** Formats come as Unicode, requests as bytes: so each character of a part is one byte of UTF-8. */
function byteString(text: string): string {
  return ASCII.test(text) ? text : Buffer.from(text).toString('latin1');
}

const ASCII = /^[\0-\x7f]*$/;

/** `:LENGTH` cuts texts; numbers stay. */
function limited(operator: Operator, length: string | undefined): Operator {
  if (length === undefined) return operator;
  const limit = Number(length);
  return (info) => {
    const value = operator(info);
    return typeof value === 'number' ? value : textOf(value)?.slice(0, limit);
  };
}
