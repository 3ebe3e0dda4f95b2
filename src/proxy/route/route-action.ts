import type { Any } from '@bufbuild/protobuf/wkt';
import type { Random } from '../../base/random.js';
import {
  type DirectResponseAction,
  RouteAction_ClusterNotFoundResponseCode as NotFoundCode,
  type RedirectAction,
  RedirectAction_RedirectResponseCode as RedirectCode,
  type Route,
  type RouteAction_RequestMirrorPolicy,
  type RouteAction as RouteActionConfig,
  type RouteMatch,
  type VirtualHost,
  type WeightedCluster,
} from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import type { MetadataCriteria } from '../cluster/lb/choice-context.js';
import { milliseconds } from '../config/duration.js';
import { ConfigError } from '../errors.js';
import { compileMutations, type HeaderMutation } from '../format/header-mutations.js';
import { runtimeFractionOf } from '../matching/fraction.js';
import { headerValue, type RequestHeaders } from '../matching/header-matcher.js';
import { compileSubstitution } from '../matching/regex.js';
import type { FilterOverrides } from './filter-overrides.js';
import { compileHashPolicies, type HashPolicy } from './hash-policy.js';
import { compileCriteria } from './metadata-criteria.js';
import { compileRateLimits, type RateLimitRules } from './rate-limits.js';
import { compileRetryPolicy, type RetryPolicy } from './retry-policy.js';
import { compilePathRewrite, type PathRewrite } from './rewrite.js';
import { pathOnly } from './route-match.js';

/** Envoy's default of a route's `timeout`. */
const ROUTE_TIMEOUT_MS = 15_000;

/** Where one request goes, and what that choice changes in its headers. */
export interface ClusterChoice {
  readonly name: string;
  readonly mutateRequest?: HeaderMutation | undefined;
  readonly mutateResponse?: HeaderMutation | undefined;
  readonly hostRewrite?: string | undefined;
  /** What is asked of endpoints. */
  readonly criteria?: MetadataCriteria | undefined;
  /** Instead of the route's, where the cluster of a weighted choice says something to filters. */
  readonly filterConfigs?: FilterOverrides | undefined;
}

/** What a level within the route says to filters, over what the route says. @throws ConfigError */
type NestOverrides = (level: Readonly<Record<string, Any>>, path: string) => FilterOverrides;

export interface MirrorPolicy {
  readonly cluster: string;
  readonly clusterHeader: string;
  readonly fraction: number;
  readonly keepHost: boolean;
}

export interface ForwardAction {
  readonly kind: 'forward';
  readonly choose: (request: RequestHeaders, random: Random) => ClusterChoice | undefined;
  readonly notFoundStatus: number;
  /** 0 for none. */
  readonly timeout_ms: number;
  /** undefined leaves the connection manager's. */
  readonly idleTimeout_ms: number | undefined;
  readonly maxStreamDuration_ms: number | undefined;
  readonly retry: RetryPolicy | undefined;
  /** What requests are hashed by; undefined: by nothing. */
  readonly hash: HashPolicy | undefined;
  readonly mirrors: readonly MirrorPolicy[];
  readonly rewritePath: PathRewrite | undefined;
  /** undefined leaves the host; a function may give undefined to leave it, too. */
  readonly rewriteHost: ((request: RequestHeaders) => string | undefined) | undefined;
  readonly autoHostRewrite: boolean;
  readonly appendXForwardedHost: boolean;
  readonly priority: number;
  /** Upgrade type in lower case -> whether it is allowed here. */
  readonly upgrades: ReadonlyMap<string, boolean>;
  readonly rateLimits: RateLimitRules;
  /** Limits of the virtual host count, too, whatever a filter says. */
  readonly includeVirtualHostLimits: boolean;
}

export interface RedirectTo {
  readonly kind: 'redirect';
  readonly status: number;
  readonly location: (request: RequestHeaders) => string;
}

export interface DirectResponse {
  readonly kind: 'direct';
  readonly status: number;
  readonly body: string;
}

export type RouteAction = ForwardAction | RedirectTo | DirectResponse;

/** @throws ConfigError */
export function compileAction(
  route: Route,
  vhost: VirtualHost,
  mirrors: readonly MirrorPolicy[],
  nest: NestOverrides,
  path: string,
): RouteAction {
  switch (route.action.case) {
    case 'route':
      return compileForward(route.action.value, route.match, vhost, mirrors, nest, `${path}.route`);
    case 'redirect':
      return compileRedirect(route.action.value, route.match, `${path}.redirect`);
    case 'directResponse':
      return compileDirect(route.action.value, `${path}.direct_response`);
    default:
      throw new ConfigError(path, 'a route needs route, redirect or direct_response');
  }
}

function compileForward(
  action: RouteActionConfig,
  match: RouteMatch | undefined,
  vhost: VirtualHost,
  inherited: readonly MirrorPolicy[],
  nest: NestOverrides,
  path: string,
): ForwardAction {
  const retry = action.retryPolicy ?? vhost.retryPolicy;
  const own = compileMirrors(action.requestMirrorPolicies);
  return {
    kind: 'forward',
    choose: compileClusterChoice(action, nest, path),
    notFoundStatus: notFoundStatus(action.clusterNotFoundResponseCode),
    timeout_ms: milliseconds(action.timeout, ROUTE_TIMEOUT_MS),
    idleTimeout_ms: milliseconds(action.idleTimeout, undefined),
    maxStreamDuration_ms: milliseconds(action.maxStreamDuration?.maxStreamDuration, undefined),
    retry: retry === undefined ? undefined : compileRetryPolicy(retry, `${path}.retry_policy`),
    hash: compileHashPolicies(action.hashPolicy, `${path}.hash_policy`),
    mirrors: own.length > 0 ? own : inherited,
    rewritePath: compilePathRewrite(match, action.prefixRewrite, action.regexRewrite, path),
    rewriteHost: compileHostRewrite(action, path),
    autoHostRewrite: action.hostRewriteSpecifier.case === 'autoHostRewrite' && action.hostRewriteSpecifier.value.value,
    appendXForwardedHost: action.appendXForwardedHost,
    priority: action.priority,
    upgrades: new Map(
      action.upgradeConfigs.map((config) => [config.upgradeType.toLowerCase(), config.enabled ?? true]),
    ),
    rateLimits: compileRateLimits(action.rateLimits, `${path}.rate_limits`),
    includeVirtualHostLimits: action.includeVhRateLimits ?? false,
  };
}

function notFoundStatus(code: NotFoundCode): number {
  if (code === NotFoundCode.NOT_FOUND) return 404;
  return code === NotFoundCode.INTERNAL_SERVER_ERROR ? 500 : 503;
}

export function compileMirrors(policies: readonly RouteAction_RequestMirrorPolicy[]): readonly MirrorPolicy[] {
  return policies.map((policy) => ({
    cluster: policy.cluster,
    clusterHeader: policy.clusterHeader.toLowerCase(),
    fraction: runtimeFractionOf(policy.runtimeFraction),
    keepHost: policy.disableShadowHostSuffixAppend,
  }));
}

function compileClusterChoice(action: RouteActionConfig, nest: NestOverrides, path: string): ForwardAction['choose'] {
  const specifier = action.clusterSpecifier;
  const criteria = compileCriteria(action.metadataMatch);
  switch (specifier.case) {
    case 'cluster': {
      const choice: ClusterChoice = { name: specifier.value, criteria };
      return () => choice;
    }
    case 'clusterHeader': {
      const header = specifier.value.toLowerCase();
      return (request) => {
        const name = headerValue(request, header);
        return name === undefined ? undefined : { name, criteria };
      };
    }
    case 'weightedClusters':
      return compileWeighted(specifier.value, criteria, nest, `${path}.weighted_clusters`);
    default:
      throw new ConfigError(path, 'a route action needs cluster, cluster_header or weighted_clusters');
  }
}

function compileWeighted(
  weighted: WeightedCluster,
  inherited: MetadataCriteria | undefined,
  nest: NestOverrides,
  path: string,
): ForwardAction['choose'] {
  const choices: ClusterChoice[] = [];
  const limits: number[] = [];
  let total = 0;
  weighted.clusters.forEach((cluster, i) => {
    const at = `${path}.clusters[${i}]`;
    total += cluster.weight ?? 0;
    limits.push(total);
    choices.push({
      name: cluster.name,
      mutateRequest: compileMutations(
        cluster.requestHeadersToAdd,
        cluster.requestHeadersToRemove,
        `${at}.request_headers_to_add`,
      ),
      mutateResponse: compileMutations(
        cluster.responseHeadersToAdd,
        cluster.responseHeadersToRemove,
        `${at}.response_headers_to_add`,
      ),
      criteria: compileCriteria(cluster.metadataMatch, inherited),
      hostRewrite:
        cluster.hostRewriteSpecifier.case === 'hostRewriteLiteral' ? cluster.hostRewriteSpecifier.value : undefined,
      filterConfigs:
        Object.keys(cluster.typedPerFilterConfig).length > 0 ? nest(cluster.typedPerFilterConfig, at) : undefined,
    });
  });
  if (total === 0) throw new ConfigError(path, 'Sum of weights in the weighted_cluster must be greater than 0.');
  return (_request, random) => {
    const drawn = random.below(total);
    return choices[limits.findIndex((limit) => drawn < limit)];
  };
}

function compileHostRewrite(action: RouteActionConfig, path: string): ForwardAction['rewriteHost'] {
  const specifier = action.hostRewriteSpecifier;
  switch (specifier.case) {
    case 'hostRewriteLiteral': {
      const host = specifier.value;
      return () => host;
    }
    case 'hostRewriteHeader': {
      const name = specifier.value.toLowerCase();
      return (request) => request.headers.first(name);
    }
    case 'hostRewritePathRegex': {
      const substitute = compileSubstitution(specifier.value, `${path}.host_rewrite_path_regex`);
      return (request) => substitute(pathOnly(request.path));
    }
    default:
      return undefined;
  }
}

const REDIRECT_STATUS: Readonly<Record<RedirectCode, number>> = {
  [RedirectCode.MOVED_PERMANENTLY]: 301,
  [RedirectCode.FOUND]: 302,
  [RedirectCode.SEE_OTHER]: 303,
  [RedirectCode.TEMPORARY_REDIRECT]: 307,
  [RedirectCode.PERMANENT_REDIRECT]: 308,
};

function compileRedirect(redirect: RedirectAction, match: RouteMatch | undefined, path: string): RedirectTo {
  const scheme = redirect.schemeRewriteSpecifier;
  const specifier = redirect.pathRewriteSpecifier;
  const rewritten =
    specifier.case === 'pathRedirect' || specifier.case === undefined
      ? undefined
      : compilePathRewrite(
          match,
          specifier.case === 'prefixRewrite' ? specifier.value : '',
          specifier.case === 'regexRewrite' ? specifier.value : undefined,
          path,
        );
  return {
    kind: 'redirect',
    status: REDIRECT_STATUS[redirect.responseCode],
    location: (request) => {
      const newScheme =
        scheme.case === 'schemeRedirect'
          ? scheme.value
          : scheme.case === 'httpsRedirect' && scheme.value
            ? 'https'
            : request.scheme;
      const host = redirectHost(redirect, request, newScheme);
      let target = request.path;
      if (specifier.case === 'pathRedirect') target = keepQuery(specifier.value, request.path);
      else if (rewritten !== undefined) target = rewritten(request.path);
      if (redirect.stripQuery) target = pathOnly(target);
      return `${newScheme}://${host}${target}`;
    },
  };
}

function keepQuery(path: string, original: string): string {
  const query = original.indexOf('?');
  return query === -1 || path.includes('?') ? path : path + original.slice(query);
}

function redirectHost(redirect: RedirectAction, request: RequestHeaders, scheme: string): string {
  let host = redirect.hostRedirect || request.host;
  if (redirect.portRedirect !== 0) return `${host.replace(/:\d+$/, '')}:${redirect.portRedirect}`;
  // the old scheme's default port must not be taken along to the new one
  if (scheme !== request.scheme) host = host.replace(request.scheme === 'http' ? /:80$/ : /:443$/, '');
  return host;
}

function compileDirect(direct: DirectResponseAction, path: string): DirectResponse {
  const specifier = direct.body?.specifier;
  let body = '';
  if (specifier?.case === 'inlineString') body = Buffer.from(specifier.value, 'utf8').toString('latin1');
  else if (specifier?.case === 'inlineBytes') body = Buffer.from(specifier.value).toString('latin1');
  else if (specifier?.case !== undefined)
    throw new ConfigError(`${path}.body`, 'a body needs inline_string or inline_bytes');
  return { kind: 'direct', status: direct.status, body };
}
