import { ExpressionError } from './errors.js';

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};
const NUMERIC_ESCAPE = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/;
const CODE_POINT_MAX = 0x10ffff;

/**
 * The string between its quotes, with Go's escapes resolved.
 * @param offset of the first quote in `text`
 * @returns the value, and where the text goes on after the last quote
 * @throws ExpressionError
 */
export function readString(text: string, offset: number): { value: string; end: number } {
  const quote = text[offset]!;
  if (quote === '`') return readRaw(text, offset);
  let value = '';
  let at = offset + 1;
  while (text[at] !== quote) {
    if (at >= text.length || text[at] === '\n') {
      throw new ExpressionError('string literal not terminated', text, offset, `close it with ${quote}`);
    }
    if (text[at] !== '\\') {
      value += text[at++];
      continue;
    }
    const escaped = readEscape(text, at);
    value += escaped.value;
    at = escaped.end;
  }
  if (quote === "'" && [...value].length !== 1) {
    throw new ExpressionError("'…' holds one character", text, offset, 'write a string as "…" or `…`');
  }
  return { value, end: at + 1 };
}

function readRaw(text: string, offset: number): { value: string; end: number } {
  const end = text.indexOf('`', offset + 1);
  if (end < 0) throw new ExpressionError('string literal not terminated', text, offset, 'close it with `');
  return { value: text.slice(offset + 1, end).replaceAll('\r', ''), end: end + 1 };
}

function readEscape(text: string, at: number): { value: string; end: number } {
  const simple = SIMPLE_ESCAPES[text[at + 1] ?? ''];
  if (simple !== undefined) return { value: simple, end: at + 2 };
  const numeric = NUMERIC_ESCAPE.exec(text.slice(at + 1, at + 10));
  const digits = numeric?.slice(1, 4).find((part) => part !== undefined);
  const code = digits === undefined ? Number.parseInt(numeric?.[4] ?? '', 8) : Number.parseInt(digits, 16);
  if (numeric === null || Number.isNaN(code) || code > CODE_POINT_MAX) {
    throw new ExpressionError('unknown escape sequence', text, at, 'write \\\\ for a backslash, or the string in `…`');
  }
  return { value: String.fromCodePoint(code), end: at + 1 + numeric[0].length };
}
