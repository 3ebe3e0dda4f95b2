import { existsSync } from 'node:fs';
import {
  type ApiConfigSource,
  ApiConfigSource_ApiType as ApiType,
  type ConfigSource,
} from '../../../xds/types/gen/envoy/config/core/v3/config_source_pb.js';
import { ConfigError } from '../../errors.js';

const AGGREGATED: readonly ApiType[] = [ApiType.AGGREGATED_GRPC, ApiType.AGGREGATED_DELTA_GRPC];

const NO_NODE =
  "node 'id' and 'cluster' are required. Set it either in 'node' config or via --service-node and --service-cluster options.";

export interface SourceRules {
  /** Whether the node says who it is: control planes tell nodes apart. */
  readonly hasNode: boolean;
  /** Whether `ads` leads somewhere. */
  readonly hasAds: boolean;
  /** Whether a static cluster that does not itself wait for a control plane has this name. */
  readonly isPrimary: (cluster: string) => boolean;
}

/** Refuses a source that could never bring anything. @throws ConfigError */
export function checkSource(source: ConfigSource | undefined, rules: SourceRules, path: string): void {
  if (!rules.hasNode) throw new ConfigError(path, NO_NODE);
  const specifier = source?.configSourceSpecifier;
  switch (specifier?.case) {
    case 'apiConfigSource':
      if (AGGREGATED.includes(specifier.value.apiType))
        throw new ConfigError(`${path}.api_config_source.api_type`, 'an aggregated service is asked by `ads`');
      checkApiSource(specifier.value, rules, `${path}.api_config_source`);
      return;
    case 'pathConfigSource':
      checkPath(specifier.value.path, `${path}.path_config_source.path`);
      return;
    case 'path':
      checkPath(specifier.value, `${path}.path`);
      return;
    default:
      if (!rules.hasAds) throw new ConfigError(path, 'ADS must be configured to support an ADS config source');
  }
}

/** @throws ConfigError */
export function checkApiSource(source: ApiConfigSource, rules: Pick<SourceRules, 'isPrimary'>, path: string): void {
  if (source.grpcServices.length !== 1) throw new ConfigError(`${path}.grpc_services`, 'needs exactly one service');
  const at = `${path}.grpc_services[0].envoy_grpc`;
  const target = source.grpcServices[0]!.targetSpecifier;
  if (target.case !== 'envoyGrpc') throw new ConfigError(at, 'is needed');
  if (!rules.isPrimary(target.value.clusterName)) {
    throw new ConfigError(
      `${at}.cluster_name`,
      `${JSON.stringify(target.value.clusterName)} is not a static cluster of another type than EDS`,
    );
  }
}

function checkPath(path: string, at: string): void {
  if (!existsSync(path)) throw new ConfigError(at, `${JSON.stringify(path)} does not exist`);
}
