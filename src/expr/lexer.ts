import { ExpressionError } from './errors.js';
import { readString } from './string-literal.js';

export type TokenKind = 'string' | 'integer' | 'double' | 'name' | 'operator' | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly offset: number;
  /** As written; of a string its value. */
  readonly text: string;
}

const SPACE = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[\p{L}_$][\p{L}\p{Nd}_$]*/uy;
const OPERATOR = /&&|\|\||==|!=|<=|>=|[|<>()[\],.+]/y;
/** What people write from other languages, and what stands for it here. */
const FOREIGN: Readonly<Record<string, string>> = {
  '!': 'write a comparison with != or == false',
  '=': 'compare with ==',
  '&': 'write && for and',
  '-': 'there are no negative numbers and no subtraction',
  '?': 'write conditional(condition, a, b)',
};

/** The tokens of an expression, ending with one of kind `end`. @throws ExpressionError */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let offset = skip(SPACE, text, 0);
  while (offset < text.length) {
    const { token, end } = readToken(text, offset);
    found.push(token);
    offset = skip(SPACE, text, end);
  }
  found.push({ kind: 'end', offset, text: '' });
  return found;
}

function readToken(text: string, offset: number): { token: Token; end: number } {
  const first = text[offset]!;
  if (first === '"' || first === '`' || first === "'") {
    const { value, end } = readString(text, offset);
    return { token: { kind: 'string', offset, text: value }, end };
  }
  const number = skip(NUMBER, text, offset);
  if (number > offset) return numberToken(text, offset, number);
  for (const [kind, pattern] of [
    ['name', NAME],
    ['operator', OPERATOR],
  ] as const) {
    const end = skip(pattern, text, offset);
    if (end > offset) return { token: { kind, offset, text: text.slice(offset, end) }, end };
  }
  const character = String.fromCodePoint(text.codePointAt(offset)!);
  throw new ExpressionError(`unexpected ${JSON.stringify(character)}`, text, offset, FOREIGN[character]);
}

function numberToken(text: string, offset: number, end: number): { token: Token; end: number } {
  const written = text.slice(offset, end);
  if (skip(NAME, text, end) > end) {
    throw new ExpressionError(`${written} is followed by a letter`, text, end, 'write a duration as a string: "1s"');
  }
  const kind = /^\d+$/.test(written) ? 'integer' : 'double';
  return { token: { kind, offset, text: written }, end };
}

function skip(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset;
  return pattern.test(text) ? pattern.lastIndex : offset;
}
