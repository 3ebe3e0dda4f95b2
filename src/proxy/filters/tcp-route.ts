import type { JsonObject } from '@bufbuild/protobuf';
import type { Random } from '../../base/random.js';
import type { Metadata } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import type { TcpProxy } from '../../xds/types/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js';
import type { HashPolicy } from '../../xds/types/gen/envoy/type/v3/hash_policy_pb.js';
import type { MetadataCriteria } from '../cluster/lb/choice-context.js';
import { ConfigError } from '../errors.js';
import type { ConnectionInfo } from '../http/stream-info.js';
import { hashOf } from '../route/hash-policy.js';

/** Where balancers look for what a subset is asked by. */
const LB_NAMESPACE = 'envoy.lb';

/** Where one connection goes. */
export interface TcpChoice {
  readonly cluster: string;
  readonly criteria: MetadataCriteria | undefined;
  hash(info: ConnectionInfo): bigint | undefined;
}

/** Chooses a cluster for each connection. */
export interface TcpRoute {
  choose(info: ConnectionInfo): TcpChoice;
}

/** @throws ConfigError */
export function compileTcpRoute(config: TcpProxy, random: Random, path: string): TcpRoute {
  const hash = compileHash(config.hashPolicy, `${path}.hash_policy`);
  const common = fieldsOf(config.metadataMatch);
  const specifier = config.clusterSpecifier;
  const choice = (cluster: string, own: JsonObject = {}): TcpChoice => ({
    cluster,
    criteria: criteriaOf({ ...common, ...own }),
    hash,
  });
  const overridable = (choose: () => TcpChoice): TcpRoute => ({
    choose: (info) => (info.clusterOverride === undefined ? choose() : choice(info.clusterOverride)),
  });
  switch (specifier.case) {
    case 'cluster': {
      const only = choice(specifier.value);
      return overridable(() => only);
    }
    case 'weightedClusters': {
      const clusters = specifier.value.clusters.map(({ name, weight, metadataMatch }) => ({
        weight,
        choice: choice(name, fieldsOf(metadataMatch)),
      }));
      const total = clusters.reduce((sum, { weight }) => sum + weight, 0);
      if (total === 0) throw new ConfigError(`${path}.weighted_clusters`, 'the weights add up to nothing');
      return overridable(() => {
        let left = random.below(total);
        for (const { weight, choice: chosen } of clusters) {
          if (left < weight) return chosen;
          left -= weight;
        }
        return clusters[0]!.choice;
      });
    }
    default:
      throw new ConfigError(path, 'a tcp_proxy needs cluster or weighted_clusters');
  }
}

function fieldsOf(metadata: Metadata | undefined): JsonObject {
  return metadata?.filterMetadata[LB_NAMESPACE] ?? {};
}

function criteriaOf(fields: JsonObject): MetadataCriteria | undefined {
  const entries = Object.entries(fields);
  return entries.length === 0 ? undefined : new Map(entries);
}

function compileHash(policies: readonly HashPolicy[], path: string): (info: ConnectionInfo) => bigint | undefined {
  if (policies.length === 0) return () => undefined;
  if (policies.length > 1 || policies[0]!.policySpecifier.case !== 'sourceIp')
    throw new ConfigError(path, 'only one, source_ip, is supported');
  return ({ remoteAddress }) => (remoteAddress === '' ? undefined : hashOf(remoteAddress));
}
