import { RE2JS } from 're2js';
import { messageOf } from '../../base/errors.js';
import { PATTERN_CACHE_MAX, PATTERN_LENGTH_MAX_CHARS } from '../limits.js';
import { Failure, type Value } from '../values.js';

/** `match(text, "pre*")`, `match(text, "*suf")`, or the whole text. */
export function match(text: string, pattern: string): boolean {
  if (pattern.endsWith('*')) return text.startsWith(pattern.slice(0, -1));
  if (pattern.startsWith('*')) return text.endsWith(pattern.slice(1));
  return text === pattern;
}

/** `"pattern".matches(text)`: whether an RE2 pattern is found anywhere in the text. Patterns are compiled once. */
export function matcher(): (pattern: string, text: string) => boolean | Failure {
  const compiled = new Map<string, RE2JS | Failure>();
  return (pattern, text) => {
    let regex = compiled.get(pattern);
    if (regex === undefined) {
      if (compiled.size >= PATTERN_CACHE_MAX) compiled.clear();
      regex = compile(pattern);
      compiled.set(pattern, regex);
    }
    return regex instanceof Failure ? regex : regex.test(text);
  };
}

/** A pattern that is a literal is checked before any request comes. */
export function checkPattern([pattern]: readonly (Value | undefined)[]): Failure | undefined {
  const compiled = typeof pattern === 'string' ? compile(pattern) : undefined;
  return compiled instanceof Failure ? compiled : undefined;
}

function compile(pattern: string): RE2JS | Failure {
  if (pattern.length > PATTERN_LENGTH_MAX_CHARS) {
    return new Failure(`the pattern is longer than ${PATTERN_LENGTH_MAX_CHARS} characters`);
  }
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return new Failure(messageOf(error));
  }
}
