import {
  type RouteAction as Config,
  RouteAction_ClusterNotFoundResponseCode as NotFoundCode,
} from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { milliseconds } from '../config/duration.js';
import { ConfigError } from '../errors.js';
import { type ChooseCluster, compileClusterChoice } from './cluster-choice.js';
import { compileHashPolicies, type HashPolicy } from './hash-policy.js';
import { compileHostRewrite, type HostRewrite } from './host-rewrite.js';
import { compileMirrors, type MirrorPolicy } from './mirror-policy.js';
import { compileRateLimits, type RateLimitRules } from './rate-limits.js';
import { compileRetryPolicy, type RetryPolicy } from './retry-policy.js';
import { compilePathRewrite, type PathRewrite } from './rewrite.js';
import type { RouteScope } from './route-scope.js';
import { compileStreamDuration, type StreamDuration } from './stream-duration.js';

/** Envoy's default of a route's `timeout`. */
const ROUTE_TIMEOUT_MS = 15_000;

export interface ForwardAction {
  readonly kind: 'forward';
  readonly choose: ChooseCluster;
  readonly notFoundStatus: number;
  /** 0 for none. */
  readonly timeout_ms: number;
  /** The most that `grpc-timeout` may ask for, 0 for anything; undefined leaves `timeout_ms` to gRPC requests, too. */
  readonly grpcTimeoutMax_ms: number | undefined;
  readonly grpcTimeoutOffset_ms: number;
  /** undefined leaves the connection manager's. */
  readonly idleTimeout_ms: number | undefined;
  readonly streamDuration: StreamDuration | undefined;
  readonly retry: RetryPolicy | undefined;
  readonly mirrors: readonly MirrorPolicy[];
  readonly rewritePath: PathRewrite | undefined;
  readonly rewriteHost: HostRewrite | undefined;
  readonly autoHostRewrite: boolean;
  readonly appendXForwardedHost: boolean;
  readonly priority: number;
  /** What requests are hashed by; undefined: by nothing. */
  readonly hash: HashPolicy | undefined;
  /** Upgrade type in lower case -> whether it is allowed here. */
  readonly upgrades: ReadonlyMap<string, boolean>;
  /** Tunnels end here; undefined: they are asked for of the upstream. */
  readonly connect: { readonly allowPost: boolean } | undefined;
  readonly rateLimits: RateLimitRules;
  /** Limits of the virtual host count, too, whatever a filter says. */
  readonly includeVirtualHostLimits: boolean;
}

/** @throws ConfigError */
export function compileForward(action: Config, scope: RouteScope, path: string): ForwardAction {
  const { vhost, table } = scope;
  const [retry, retryPath] =
    action.retryPolicy === undefined
      ? [vhost.retryPolicy, scope.path.replace(/\.routes\[\d+\]$/, '')]
      : [action.retryPolicy, path];
  const specifier = action.hostRewriteSpecifier;
  // a route that limits its streams' duration has no other limit of the whole
  const limited = action.maxStreamDuration !== undefined;
  return {
    kind: 'forward',
    choose: compileClusterChoice(action, scope, path),
    notFoundStatus: notFoundStatus(action.clusterNotFoundResponseCode),
    timeout_ms: limited ? 0 : milliseconds(action.timeout, ROUTE_TIMEOUT_MS),
    grpcTimeoutMax_ms: limited ? undefined : milliseconds(action.maxGrpcTimeout, undefined),
    grpcTimeoutOffset_ms: milliseconds(action.grpcTimeoutOffset, 0),
    idleTimeout_ms: milliseconds(action.idleTimeout, undefined),
    streamDuration: compileStreamDuration(action.maxStreamDuration),
    retry: retry === undefined ? undefined : compileRetryPolicy(retry, `${retryPath}.retry_policy`),
    mirrors: nearestMirrors(action, scope, path),
    rewritePath: compilePathRewrite(scope.route.match, action.prefixRewrite, action.regexRewrite, path),
    rewriteHost: compileHostRewrite(specifier, path),
    autoHostRewrite: specifier.case === 'autoHostRewrite' && specifier.value.value,
    appendXForwardedHost: action.appendXForwardedHost,
    priority: action.priority,
    hash: compileHashPolicies(action.hashPolicy, `${path}.hash_policy`),
    upgrades: new Map(
      action.upgradeConfigs.map((config) => [config.upgradeType.toLowerCase(), config.enabled ?? true]),
    ),
    connect: compileConnect(action.upgradeConfigs, `${path}.upgrade_configs`),
    rateLimits: compileRateLimits(action.rateLimits, `${path}.rate_limits`),
    includeVirtualHostLimits: action.includeVhRateLimits ?? false,
  };

  function nearestMirrors(from: Config, within: RouteScope, at: string): readonly MirrorPolicy[] {
    const nearest = [from, vhost, table].find(({ requestMirrorPolicies }) => requestMirrorPolicies.length > 0);
    return compileMirrors(nearest?.requestMirrorPolicies ?? [], within, `${at}.request_mirror_policies`);
  }
}

/** @throws ConfigError */
function compileConnect(configs: Config['upgradeConfigs'], path: string): ForwardAction['connect'] {
  let connect: ForwardAction['connect'];
  configs.forEach(({ upgradeType, enabled, connectConfig }, i) => {
    if (connectConfig === undefined) return;
    if (upgradeType.toUpperCase() !== 'CONNECT')
      throw new ConfigError(`${path}[${i}].connect_config`, `is for CONNECT, not ${upgradeType}`);
    if (enabled ?? true) connect = { allowPost: connectConfig.allowPost };
  });
  return connect;
}

function notFoundStatus(code: NotFoundCode): number {
  if (code === NotFoundCode.NOT_FOUND) return 404;
  return code === NotFoundCode.INTERNAL_SERVER_ERROR ? 500 : 503;
}
