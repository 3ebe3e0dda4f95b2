import type { Random } from '../../base/random.js';
import type {
  WeightedCluster_ClusterWeight as ClusterWeight,
  RouteAction as RouteActionConfig,
  WeightedCluster,
} from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import type { MetadataCriteria } from '../cluster/lb/choice-context.js';
import { ConfigError } from '../errors.js';
import { combineMutations, compileMutations, type HeaderMutation } from '../format/header-mutations.js';
import { headerValue, type RequestHeaders } from '../matching/header-matcher.js';
import { runtimeInteger } from '../runtime/runtime-values.js';
import type { FilterOverrides } from './filter-overrides.js';
import { compileCriteria } from './metadata-criteria.js';
import type { RouteScope } from './route-scope.js';

/** Where one request goes, and what that choice changes in its headers. */
export interface ClusterChoice {
  readonly name: string;
  /** Of all levels: the weighted cluster, the route, its virtual host and the table. */
  readonly mutateRequest?: HeaderMutation | undefined;
  readonly mutateResponse?: HeaderMutation | undefined;
  readonly hostRewrite?: string | undefined;
  /** What `metadata_match` asks of endpoints. */
  readonly criteria?: MetadataCriteria | undefined;
  /** Instead of the route's, where the cluster of a weighted choice says something to filters. */
  readonly filterConfigs?: FilterOverrides | undefined;
}

/** @returns undefined where the request names no cluster */
export type ChooseCluster = (request: RequestHeaders, random: Random) => ClusterChoice | undefined;

/** The largest sum of weights that Envoy takes. */
const TOTAL_WEIGHT_MAX = 0xffffffff;

/** @throws ConfigError */
export function compileClusterChoice(action: RouteActionConfig, scope: RouteScope, path: string): ChooseCluster {
  const specifier = action.clusterSpecifier;
  const { mutateRequest, mutateResponse } = scope;
  const criteria = compileCriteria(action.metadataMatch);
  switch (specifier.case) {
    case 'cluster': {
      scope.checkCluster(specifier.value, 'cluster', `${path}.cluster`);
      const choice: ClusterChoice = { name: specifier.value, mutateRequest, mutateResponse, criteria };
      return () => choice;
    }
    case 'clusterHeader': {
      const header = specifier.value.toLowerCase();
      return (request) => named(headerValue(request, header), { name: '', mutateRequest, mutateResponse, criteria });
    }
    case 'weightedClusters':
      return compileWeighted(specifier.value, criteria, scope, `${path}.weighted_clusters`);
    default:
      throw new ConfigError(path, 'a route action needs cluster, cluster_header or weighted_clusters');
  }
}

function named(name: string | undefined, choice: ClusterChoice): ClusterChoice | undefined {
  return name === undefined ? undefined : { ...choice, name };
}

function compileWeighted(
  weighted: WeightedCluster,
  inherited: MetadataCriteria | undefined,
  scope: RouteScope,
  path: string,
): ChooseCluster {
  const choices = weighted.clusters.map((cluster, i) =>
    compileWeight(cluster, inherited, scope, `${path}.clusters[${i}]`),
  );
  const total = weighted.clusters.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
  if (total === 0) throw new ConfigError(path, 'Sum of weights in the weighted_cluster must be greater than 0.');
  if (total > TOTAL_WEIGHT_MAX) throw new ConfigError(path, `The sum of weights exceeds ${TOTAL_WEIGHT_MAX}`);
  const weights = weightsOf(weighted, scope);
  const header =
    weighted.randomValueSpecifier.case === 'headerName' ? weighted.randomValueSpecifier.value.toLowerCase() : undefined;
  return (request, random) => {
    const limits = weights();
    const sum = limits.at(-1)!;
    if (sum === 0) return undefined;
    const drawn = (header === undefined ? undefined : numberIn(request, header, sum)) ?? random.below(sum);
    return choices[limits.findIndex((limit) => drawn < limit)]!(request);
  };
}

/** Sums of the weights so far, as they are now: the runtime may have others than the configuration. */
function weightsOf(weighted: WeightedCluster, scope: RouteScope): () => readonly number[] {
  const prefix = weighted.runtimeKeyPrefix;
  const sums = (weights: readonly number[]): readonly number[] => {
    let sum = 0;
    return weights.map((weight) => (sum += weight));
  };
  if (prefix === '') {
    const fixed = sums(weighted.clusters.map(({ weight }) => weight ?? 0));
    return () => fixed;
  }
  const live = weighted.clusters.map(({ name, weight }) =>
    runtimeInteger(`${prefix}.${name}`, scope.context.runtime, weight ?? 0),
  );
  return () => sums(live.map((read) => read()));
}

/** The request's own number instead of a random one. */
function numberIn(request: RequestHeaders, header: string, below: number): number | undefined {
  const value = headerValue(request, header);
  return value !== undefined && /^\d{1,20}$/.test(value) ? Number(BigInt(value) % BigInt(below)) : undefined;
}

function compileWeight(
  cluster: ClusterWeight,
  inherited: MetadataCriteria | undefined,
  scope: RouteScope,
  path: string,
): (request: RequestHeaders) => ClusterChoice | undefined {
  if ((cluster.name === '') === (cluster.clusterHeader === ''))
    throw new ConfigError(path, 'At least one of name or cluster_header need to be specified, and only one');
  const own = [
    compileMutations(cluster.requestHeadersToAdd, cluster.requestHeadersToRemove, `${path}.request_headers_to_add`),
    compileMutations(cluster.responseHeadersToAdd, cluster.responseHeadersToRemove, `${path}.response_headers_to_add`),
  ];
  // the cluster's come first whatever `most_specific_header_mutations_wins` says of the other levels
  const [ownRequest, ownResponse] = own;
  const choice: ClusterChoice = {
    name: cluster.name,
    mutateRequest: combineMutations([ownRequest, scope.mutateRequest]),
    mutateResponse: combineMutations([ownResponse, scope.mutateResponse]),
    hostRewrite:
      cluster.hostRewriteSpecifier.case === 'hostRewriteLiteral' ? cluster.hostRewriteSpecifier.value : undefined,
    criteria: compileCriteria(cluster.metadataMatch, inherited),
    filterConfigs: scope.nest(cluster.typedPerFilterConfig, path),
  };
  if (cluster.name !== '') {
    scope.checkCluster(cluster.name, 'weighted cluster', `${path}.name`);
    return () => choice;
  }
  const header = cluster.clusterHeader.toLowerCase();
  return (request) => named(headerValue(request, header), choice);
}
