import { create } from '@bufbuild/protobuf';
import { headerValue } from '../proxy/matching/header-matcher.js';
import { pathOnly } from '../proxy/route/rewrite.js';
import type { RouteContext } from '../proxy/route/route-context.js';
import { compileRouteMatch, queryValue, type RoutedHeaders } from '../proxy/route/route-match.js';
import {
  type HeaderMatcher,
  type QueryParameterMatcher,
  type RouteMatch,
  RouteMatchSchema,
} from '../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import type { StringMatcher } from '../xds/types/gen/envoy/type/matcher/v3/string_pb.js';
import type { ConditionTrial } from './types.js';

const PSEUDO_HEADERS: Readonly<Record<string, string>> = {
  ':method': 'method',
  ':authority': 'authority',
  ':scheme': 'scheme',
  ':path': 'path',
};

/** Some of a match's fields. */
type Condition = Partial<
  Pick<RouteMatch, 'pathSpecifier' | 'caseSensitive' | 'headers' | 'queryParameters' | 'grpc' | 'tlsContext'>
>;

const ANY_PATH = { case: 'prefix', value: '/' } as const;

/**
 * A route's match, a condition at a time. Each is asked of the proxy's own matcher, compiled with only that condition, so that what
 * is said here is what the proxy does.
 */
export function tryConditions(match: RouteMatch, request: RoutedHeaders, context: RouteContext): ConditionTrial[] {
  const holds = (only: Condition): boolean =>
    compileRouteMatch(create(RouteMatchSchema, { pathSpecifier: ANY_PATH, ...only }), context, 'match')(request);
  const trials: ConditionTrial[] = [];
  const add = (text: string, only: Condition, actual: string | undefined): void => {
    trials.push({ text, holds: holds(only), ...(actual !== undefined && { actual }) });
  };
  const path = pathText(match);
  if (path !== undefined) {
    const { pathSpecifier, caseSensitive } = match;
    add(path, { pathSpecifier, ...(caseSensitive !== undefined && { caseSensitive }) }, pathOnly(request.path));
  }
  for (const header of match.headers) {
    add(headerText(header), { headers: [header] }, headerValue(request, header.name.toLowerCase()));
  }
  for (const parameter of match.queryParameters) {
    add(queryText(parameter), { queryParameters: [parameter] }, queryValue(request.path, parameter.name));
  }
  if (match.grpc !== undefined) add('is a gRPC request', { grpc: match.grpc }, request.headers.get('content-type'));
  if (match.tlsContext !== undefined) add('TLS of the caller', { tlsContext: match.tlsContext }, undefined);
  return trials;
}

/** Undefined where every path matches. */
function pathText({ pathSpecifier, caseSensitive }: RouteMatch): string | undefined {
  const fold = caseSensitive === false ? ', in any case' : '';
  switch (pathSpecifier.case) {
    case 'prefix':
      return pathSpecifier.value === '/' || pathSpecifier.value === ''
        ? undefined
        : `path starts with ${quote(pathSpecifier.value)}${fold}`;
    case 'path':
      return `path is ${quote(pathSpecifier.value)}${fold}`;
    case 'pathSeparatedPrefix':
      return `path is ${quote(pathSpecifier.value)} or below it${fold}`;
    case 'safeRegex':
      return `path matches ${pathSpecifier.value.regex}`;
    case 'connectMatcher':
      return 'method is CONNECT';
    default:
      return undefined;
  }
}

function headerText({ name, headerMatchSpecifier: specifier, invertMatch }: HeaderMatcher): string {
  const what = PSEUDO_HEADERS[name] ?? `header ${name}`;
  const not = invertMatch ? 'not ' : '';
  switch (specifier.case) {
    case undefined:
    case 'presentMatch':
      return `${what} is ${(specifier.value ?? true) !== invertMatch ? 'there' : 'absent'}`;
    case 'stringMatch':
      return `${what} ${not}${stringText(specifier.value)}`;
    case 'safeRegexMatch':
      return `${what} ${not}matches ${specifier.value.regex}`;
    case 'exactMatch':
      return `${what} ${not}is ${quote(specifier.value)}`;
    case 'prefixMatch':
      return `${what} ${not}starts with ${quote(specifier.value)}`;
    case 'suffixMatch':
      return `${what} ${not}ends with ${quote(specifier.value)}`;
    case 'containsMatch':
      return `${what} ${not}contains ${quote(specifier.value)}`;
    case 'rangeMatch':
      return `${what} ${not}in [${specifier.value.start}, ${specifier.value.end})`;
  }
}

function queryText({ name, queryParameterMatchSpecifier: specifier }: QueryParameterMatcher): string {
  if (specifier.case !== 'stringMatch') return `query parameter ${name} is there`;
  return `query parameter ${name} ${stringText(specifier.value)}`;
}

function stringText({ matchPattern: pattern, ignoreCase }: StringMatcher): string {
  const fold = ignoreCase ? ', in any case' : '';
  switch (pattern.case) {
    case 'exact':
      return `is ${quote(pattern.value)}${fold}`;
    case 'prefix':
      return `starts with ${quote(pattern.value)}${fold}`;
    case 'suffix':
      return `ends with ${quote(pattern.value)}${fold}`;
    case 'contains':
      return `contains ${quote(pattern.value)}${fold}`;
    case 'safeRegex':
      return `matches ${pattern.value.regex}`;
    default:
      return 'matches';
  }
}

function quote(text: string): string {
  return JSON.stringify(text);
}
