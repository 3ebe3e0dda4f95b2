import { RE2JS } from 're2js';
import { messageOf } from '../../base/errors.js';
import type { RegexMatcher } from '../../xds/types/gen/envoy/type/matcher/v3/regex_pb.js';
import { ConfigError } from '../errors.js';

export type TextPredicate = (text: string) => boolean;

const LITERAL = /^[\w\s/:;,@#%&=<>!~"'-]*$/;

/**
 * A whole-text match with RE2's semantics in linear time. The shapes that most rules have (`.*word.*`, `word.*`, `word`)
 * become string operations.
 * @throws ConfigError when the expression is not RE2's
 */
export function compileRegex(regex: string, path: string): TextPredicate {
  const simple = /^(\.\*)?(.*?)(\.\*)?$/s.exec(regex)!;
  const literal = simple[2]!;
  if (LITERAL.test(literal)) {
    // `.` does not match a line end; header values and paths have none
    if (simple[1] !== undefined && simple[3] !== undefined) return (text) => text.includes(literal);
    if (simple[1] !== undefined && literal !== '') return (text) => text.endsWith(literal);
    if (simple[3] !== undefined) return (text) => text.startsWith(literal);
    if (literal !== '') return (text) => text === literal;
    if (simple[1] !== undefined) return () => true;
  }
  const pattern = compilePattern(regex, path);
  return (text) => pattern.testExact(text);
}

/** `pattern` and `substitution` of a RegexMatchAndSubstitute; `\1` refers to a group. */
export function compileSubstitution(
  rewrite: { readonly pattern?: RegexMatcher | undefined; readonly substitution: string },
  path: string,
): (text: string) => string {
  const pattern = compilePattern(rewrite.pattern?.regex ?? '', `${path}.pattern.regex`);
  const replacement = rewrite.substitution
    .replaceAll(/\$/g, '$$$$')
    .replaceAll(/\\(\d)/g, '$$$1')
    .replaceAll('\\\\', '\\');
  return (text) => pattern.matcher(text).replaceAll(replacement);
}

/** For matches within a text. @throws ConfigError */
export function compilePattern(regex: string, path: string): RE2JS {
  try {
    return RE2JS.compile(regex);
  } catch (error) {
    throw new ConfigError(path, `not a regular expression of RE2: ${messageOf(error)}`);
  }
}
