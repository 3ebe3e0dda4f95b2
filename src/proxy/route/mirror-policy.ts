import type { RouteAction_RequestMirrorPolicy } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { ConfigError } from '../errors.js';
import { type RuntimeNumber, runtimeFraction } from '../runtime/runtime-values.js';
import type { RouteScope } from './route-scope.js';

/** Where copies of some requests go. */
export interface MirrorPolicy {
  readonly cluster: string;
  /** The field that names the cluster, where `cluster` is ''. */
  readonly clusterHeader: string;
  /** 0 to 1. */
  readonly fraction: RuntimeNumber;
  /** The copy's Host is not marked. */
  readonly keepHost: boolean;
}

/** @throws ConfigError */
export function compileMirrors(
  policies: readonly RouteAction_RequestMirrorPolicy[],
  scope: Pick<RouteScope, 'context' | 'checkCluster'>,
  path: string,
): readonly MirrorPolicy[] {
  return policies.map((policy, i) => {
    const at = `${path}[${i}]`;
    if ((policy.cluster === '') === (policy.clusterHeader === ''))
      throw new ConfigError(at, 'Exactly one of cluster or cluster_header in request mirror policy can be specified');
    if (policy.cluster !== '') scope.checkCluster(policy.cluster, 'shadow cluster', `${at}.cluster`);
    return {
      cluster: policy.cluster,
      clusterHeader: policy.clusterHeader.toLowerCase(),
      fraction: runtimeFraction(policy.runtimeFraction, scope.context.runtime),
      keepHost: policy.disableShadowHostSuffixAppend,
    };
  });
}
