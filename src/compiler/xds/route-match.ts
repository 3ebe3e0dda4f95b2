import type { StringMatch } from '../../resources/istio/checks.js';
import type {
  HeaderMatcherSchema,
  QueryParameterMatcherSchema,
  RouteMatchSchema,
} from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import type { Match } from '../model/types.js';
import type { Init } from './resource.js';
import { stringMatcher } from './string-matcher.js';

type HeaderMatcher = Init<typeof HeaderMatcherSchema>;
type RouteMatch = Init<typeof RouteMatchSchema>;

/** Parts of the request line that Envoy matches as headers. */
const PSEUDO_HEADERS = { method: ':method', authority: ':authority', scheme: ':scheme' } as const;

/** @param match undefined: every request */
export function routeMatch(match: Match | undefined): RouteMatch {
  if (match === undefined) return { pathSpecifier: { case: 'prefix', value: '/' } };
  const headers = [
    ...pseudoHeaders(match),
    ...headerMatchers(match.headers, false),
    ...headerMatchers(match.withoutHeaders, true),
  ];
  const queryParameters = Object.entries(match.queryParams ?? {}).map(([name, value]) => queryMatcher(name, value));
  return {
    pathSpecifier: pathSpecifier(match.uri),
    ...(match.ignoreUriCase && !match.uri?.regex ? { caseSensitive: false } : {}),
    headers,
    queryParameters,
  };
}

function pathSpecifier(uri: StringMatch | undefined): RouteMatch['pathSpecifier'] {
  if (uri?.exact !== undefined) return { case: 'path', value: uri.exact };
  if (uri?.regex !== undefined) return { case: 'safeRegex', value: { regex: uri.regex } };
  return { case: 'prefix', value: uri?.prefix ?? '/' };
}

function pseudoHeaders(match: Match): HeaderMatcher[] {
  return (['method', 'authority', 'scheme'] as const).flatMap((part) => {
    const value = match[part];
    return value ? [headerMatcher(PSEUDO_HEADERS[part], value, false)] : [];
  });
}

function headerMatchers(headers: Readonly<Record<string, StringMatch>> | undefined, invert: boolean): HeaderMatcher[] {
  return Object.entries(headers ?? {}).map(([name, value]) => headerMatcher(name.toLowerCase(), value, invert));
}

function headerMatcher(name: string, match: StringMatch, invertMatch: boolean): HeaderMatcher {
  const matcher = isAnything(match) ? undefined : stringMatcher(match);
  return {
    name,
    invertMatch,
    headerMatchSpecifier: matcher ? { case: 'stringMatch', value: matcher } : { case: 'presentMatch', value: true },
    // Without the header at all its value is not the unwanted one: the inverted match must hold.
    ...(invertMatch && matcher ? { treatMissingHeaderAsEmpty: true } : {}),
  };
}

/** Whatever its value, it is there; as Istio reads it, for which an absent header then passes `withoutHeaders`. */
function isAnything({ regex }: StringMatch): boolean {
  return regex === '.*';
}

function queryMatcher(name: string, match: StringMatch): Init<typeof QueryParameterMatcherSchema> {
  const matcher = stringMatcher(match);
  return {
    name,
    queryParameterMatchSpecifier: matcher
      ? { case: 'stringMatch', value: matcher }
      : { case: 'presentMatch', value: true },
  };
}
