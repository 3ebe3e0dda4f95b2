import { Lexer, Parser } from 'yaml';

/** Tokens that may stand open at once; a level of nesting takes one or two, and no object may have more than 100 levels. */
const OPEN_TOKENS_MAX = 1000;

/**
 * The line on which YAML nests so deep that composing it would run to the end of the stack; undefined where it does not. It must not
 * come to that: V8 ends the whole process when a regular expression has to be compiled there. Lexer and parser work without
 * recursion, so they can say before.
 */
export function tooDeepAtLine(text: string): number | undefined {
  const parser = new Parser();
  let read_chars = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const _document of parser.next(lexeme));
    if (text.startsWith(lexeme, read_chars)) read_chars += lexeme.length;
    if (parser.stack.length > OPEN_TOKENS_MAX) return text.slice(0, read_chars).split('\n').length;
  }
  return undefined;
}
