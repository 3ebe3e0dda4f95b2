import type { StringMatcher } from '../../xds/types/gen/envoy/type/matcher/v3/string_pb.js';
import { ConfigError } from '../errors.js';
import { compileRegex, type TextPredicate } from './regex.js';

/** @throws ConfigError */
export function compileStringMatcher(matcher: StringMatcher, path: string): TextPredicate {
  const pattern = matcher.matchPattern;
  const fold = matcher.ignoreCase;
  switch (pattern.case) {
    case 'exact': {
      const wanted = fold ? pattern.value.toLowerCase() : pattern.value;
      return fold ? (text) => text.toLowerCase() === wanted : (text) => text === wanted;
    }
    case 'prefix': {
      const wanted = fold ? pattern.value.toLowerCase() : pattern.value;
      return fold ? (text) => text.toLowerCase().startsWith(wanted) : (text) => text.startsWith(wanted);
    }
    case 'suffix': {
      const wanted = fold ? pattern.value.toLowerCase() : pattern.value;
      return fold ? (text) => text.toLowerCase().endsWith(wanted) : (text) => text.endsWith(wanted);
    }
    case 'contains': {
      const wanted = fold ? pattern.value.toLowerCase() : pattern.value;
      return fold ? (text) => text.toLowerCase().includes(wanted) : (text) => text.includes(wanted);
    }
    case 'safeRegex':
      return compileRegex(pattern.value.regex, `${path}.safe_regex.regex`);
    default:
      throw new ConfigError(path, 'a string matcher needs exact, prefix, suffix, contains or safe_regex');
  }
}
