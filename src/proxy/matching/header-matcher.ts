import type { HeaderMap } from '../../wire/http1/index.js';
import type { HeaderMatcher } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { ConfigError } from '../errors.js';
import { compileRegex, type TextPredicate } from './regex.js';
import { compileStringMatcher } from './string-matcher.js';

export type HeaderPredicate = (headers: RequestHeaders) => boolean;

/** What header rules can ask a request. Pseudo headers are kept apart from the fields. */
export interface RequestHeaders {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly scheme: string;
  readonly headers: HeaderMap;
}

/** The value of a field or of a pseudo header. */
export function headerValue(request: RequestHeaders, name: string): string | undefined {
  if (name.charCodeAt(0) !== 58) return name === 'host' ? request.host : request.headers.get(name);
  switch (name) {
    case ':method':
      return request.method || undefined;
    case ':path':
      return request.path || undefined;
    case ':authority':
      return request.host || undefined;
    case ':scheme':
      return request.scheme;
    default:
      return undefined;
  }
}

/** @throws ConfigError */
export function compileHeaderMatchers(matchers: readonly HeaderMatcher[], path: string): readonly HeaderPredicate[] {
  return matchers.map((matcher, i) => compileHeaderMatcher(matcher, `${path}[${i}]`));
}

function compileHeaderMatcher(matcher: HeaderMatcher, path: string): HeaderPredicate {
  const name = matcher.name.toLowerCase();
  const invert = matcher.invertMatch;
  const specifier = matcher.headerMatchSpecifier;
  if (specifier.case === undefined || specifier.case === 'presentMatch') {
    const wanted = (specifier.case === undefined || specifier.value) !== invert;
    if (matcher.treatMissingHeaderAsEmpty) return () => wanted;
    return (request) => (headerValue(request, name) !== undefined) === wanted;
  }
  const matches = compileValue(matcher, path);
  if (matcher.treatMissingHeaderAsEmpty)
    return (request) => (someValue(request, name, matches) ?? matches('')) !== invert;
  // an absent header does not match, inverted or not
  return (request) => {
    const found = someValue(request, name, matches);
    return found !== undefined && found !== invert;
  };
}

/**
 * Each of several fields of one name is matched by itself: joined they would pass by a matcher that one of them meets.
 * Undefined where the header is absent.
 */
function someValue(request: RequestHeaders, name: string, matches: TextPredicate): boolean | undefined {
  if (name.charCodeAt(0) !== 58 && name !== 'host') return request.headers.some(name, matches);
  const value = headerValue(request, name);
  return value === undefined ? undefined : matches(value);
}

function compileValue(matcher: HeaderMatcher, path: string): TextPredicate {
  const specifier = matcher.headerMatchSpecifier;
  switch (specifier.case) {
    case 'exactMatch': {
      const wanted = specifier.value;
      return (value) => value === wanted;
    }
    case 'prefixMatch': {
      const wanted = specifier.value;
      return (value) => value.startsWith(wanted);
    }
    case 'suffixMatch': {
      const wanted = specifier.value;
      return (value) => value.endsWith(wanted);
    }
    case 'containsMatch': {
      const wanted = specifier.value;
      return (value) => value.includes(wanted);
    }
    case 'safeRegexMatch':
      return compileRegex(specifier.value.regex, `${path}.safe_regex_match.regex`);
    case 'stringMatch':
      return compileStringMatcher(specifier.value, `${path}.string_match`);
    case 'rangeMatch': {
      const { start, end } = specifier.value;
      return (value) => /^[+-]?\d+$/.test(value) && within(BigInt(value.replace('+', '')), start, end);
    }
    default:
      throw new ConfigError(path, 'this kind of header match is not supported');
  }
}

function within(value: bigint, start: bigint, end: bigint): boolean {
  return value >= start && value < end;
}
