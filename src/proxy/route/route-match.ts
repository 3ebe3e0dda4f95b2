import type {
  QueryParameterMatcher,
  RouteMatch,
  RouteMatch_TlsContextMatchOptions,
} from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { ConfigError } from '../errors.js';
import { happens } from '../matching/fraction.js';
import { compileHeaderMatchers, type RequestHeaders } from '../matching/header-matcher.js';
import { compileMetadataMatcher, type Metadata } from '../matching/metadata-matcher.js';
import { compileRegex, type TextPredicate } from '../matching/regex.js';
import { compileStringMatcher } from '../matching/string-matcher.js';
import { runtimeFraction } from '../runtime/runtime-values.js';
import { pathOnly } from './rewrite.js';
import type { RouteContext } from './route-context.js';

/** What routes can ask of a request beside its head. */
export interface RoutedHeaders extends RequestHeaders {
  /** It came from within. */
  readonly internal?: boolean;
  readonly connection?: { readonly tls: { readonly peer: unknown; readonly peerValidated: boolean } | undefined };
  readonly metadataSet?: Metadata;
}

export type RequestPredicate = (request: RoutedHeaders) => boolean;

/** Compiles `match` of a route. @throws ConfigError */
export function compileRouteMatch(match: RouteMatch, context: RouteContext, path: string): RequestPredicate {
  const matchesPath = compilePath(match, path);
  const rest: RequestPredicate[] = [];
  rest.push(...compileHeaderMatchers(match.headers, `${path}.headers`));
  rest.push(...compileQueryMatchers(match.queryParameters, `${path}.query_parameters`));
  if (match.tlsContext !== undefined) rest.push(compileTls(match.tlsContext));
  match.dynamicMetadata.forEach((matcher, i) => {
    const matches = compileMetadataMatcher(matcher, `${path}.dynamic_metadata[${i}]`);
    rest.push((request) => matches(request.metadataSet));
  });
  if (match.grpc !== undefined) rest.push((request) => isGrpc(request.headers.get('content-type')));
  if (match.runtimeFraction !== undefined) {
    const fraction = runtimeFraction(match.runtimeFraction, context.runtime);
    rest.push(() => happens(fraction(), context.random));
  }
  if (rest.length === 0) return matchesPath;
  return (request) => {
    if (!matchesPath(request)) return false;
    for (const matches of rest) if (!matches(request)) return false;
    return true;
  };
}

function isGrpc(contentType: string | undefined): boolean {
  return (
    contentType !== undefined && (contentType === 'application/grpc' || contentType.startsWith('application/grpc+'))
  );
}

function compileTls({ presented, validated }: RouteMatch_TlsContextMatchOptions): RequestPredicate {
  return ({ connection }) => {
    const tls = connection?.tls;
    if (presented !== undefined && (tls?.peer !== undefined) !== presented) return false;
    return validated === undefined || (tls?.peerValidated ?? false) === validated;
  };
}

function compilePath(match: RouteMatch, path: string): RequestPredicate {
  const specifier = match.pathSpecifier;
  const fold = match.caseSensitive === false;
  const fit = fold ? (text: string): string => text.toLowerCase() : (text: string): string => text;
  switch (specifier.case) {
    case 'prefix': {
      const prefix = fit(specifier.value);
      if (prefix === '/') return (request) => request.path.charCodeAt(0) === 47;
      if (prefix === '') return (request) => request.path !== '';
      return (request) => fit(request.path).startsWith(prefix) && pathOnly(request.path).length >= prefix.length;
    }
    case 'path': {
      const exact = fit(specifier.value);
      return (request) => fit(pathOnly(request.path)) === exact;
    }
    case 'pathSeparatedPrefix': {
      if (!/^[^?#]+[^?#/]$/.test(specifier.value))
        throw new ConfigError(
          `${path}.path_separated_prefix`,
          'must have neither query, fragment nor a slash at its end',
        );
      const prefix = fit(specifier.value);
      return (request) => {
        const target = fit(pathOnly(request.path));
        return (
          target.startsWith(prefix) && (target.length === prefix.length || target.charCodeAt(prefix.length) === 47)
        );
      };
    }
    case 'connectMatcher':
      return (request) => request.method === 'CONNECT';
    case 'safeRegex': {
      const matches = compileRegex(specifier.value.regex, `${path}.safe_regex.regex`);
      return (request) => matches(pathOnly(request.path));
    }
    default:
      throw new ConfigError(path, 'a route needs prefix, path, safe_regex, path_separated_prefix or connect_matcher');
  }
}

/** @throws ConfigError */
export function compileQueryMatchers(
  matchers: readonly QueryParameterMatcher[],
  path: string,
): readonly RequestPredicate[] {
  return matchers.map((matcher, i) => compileQueryParameter(matcher, `${path}[${i}]`));
}

function compileQueryParameter(matcher: QueryParameterMatcher, path: string): RequestPredicate {
  const specifier = matcher.queryParameterMatchSpecifier;
  const matches: TextPredicate | undefined =
    specifier.case === 'stringMatch' ? compileStringMatcher(specifier.value, `${path}.string_match`) : undefined;
  const present = specifier.case !== 'presentMatch' || specifier.value;
  return (request) => {
    const value = queryValue(request.path, matcher.name);
    if (matches === undefined) return (value !== undefined) === present;
    return value !== undefined && matches(value);
  };
}

/** The first value of a query parameter as it was sent; Envoy does not decode it. */
export function queryValue(path: string, name: string): string | undefined {
  const query = path.indexOf('?');
  if (query === -1) return undefined;
  for (const pair of path.slice(query + 1).split('&')) {
    const equals = pair.indexOf('=');
    const key = equals === -1 ? pair : pair.slice(0, equals);
    if (key === name) return equals === -1 ? '' : pair.slice(equals + 1);
  }
  return undefined;
}
