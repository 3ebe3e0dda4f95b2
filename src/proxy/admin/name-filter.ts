import { compilePattern } from '../matching/regex.js';
import { type Page, text } from './page.js';

/** The `filter` parameter: RE2, found anywhere in a name. @returns a page when it is not a regular expression */
export function nameFilter(
  pattern: string | null,
  refuse: (problem: string) => string,
): ((name: string) => boolean) | Page {
  if (pattern === null || pattern === '') return () => true;
  try {
    const compiled = compilePattern(pattern, '');
    return (name) => compiled.matcher(name).find();
  } catch (error) {
    return text(refuse(reasonOf(error)), 400);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/^.*error parsing regexp: /s, '') : 'not a regular expression';
}
