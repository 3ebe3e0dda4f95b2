import type { GrpcService } from '../../xds/types/gen/envoy/config/core/v3/grpc_service_pb.js';
import { milliseconds } from '../config/duration.js';
import { ConfigError } from '../errors.js';
import type { GrpcMethod } from './grpc-call.js';

/** Where a method is called. @throws ConfigError */
export function compileGrpcMethod(
  config: GrpcService | undefined,
  method: string,
  timeout_ms: number,
  path: string,
): GrpcMethod {
  const target = config?.targetSpecifier;
  if (config === undefined || target?.case !== 'envoyGrpc')
    throw new ConfigError(path, 'a gRPC service needs envoy_grpc');
  return {
    cluster: target.value.clusterName,
    authority: target.value.authority,
    path: method,
    metadata: config.initialMetadata.map(({ key, value }) => [key.toLowerCase(), value] as const),
    timeout_ms: milliseconds(config.timeout, timeout_ms),
  };
}
