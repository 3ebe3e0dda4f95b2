import { create, fromBinary } from '@bufbuild/protobuf';
import {
  Cluster_DiscoveryType,
  Cluster_LbPolicy,
  ClusterSchema,
} from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { encode, type XdsResource } from './resource.js';

const reduced = new WeakMap<XdsResource, { readonly cluster: XdsResource | undefined }>();

/**
 * The same cluster for a gRPC client: its endpoints, how calls are spread over them, its limits and outlier detection. TLS is the
 * program's own affair: it chooses its credentials when it dials.
 * @returns undefined for a cluster without a list of addresses, which such clients do not have
 */
export function grpcCluster(resource: XdsResource): XdsResource | undefined {
  const known = reduced.get(resource);
  if (known !== undefined) return known.cluster;
  const cluster = reduce(resource);
  reduced.set(resource, { cluster });
  return cluster;
}

function reduce({ name, body }: XdsResource): XdsResource | undefined {
  const { clusterDiscoveryType, edsClusterConfig, lbPolicy, lbConfig, circuitBreakers, outlierDetection } = fromBinary(
    ClusterSchema,
    body,
  );
  if (clusterDiscoveryType.value !== Cluster_DiscoveryType.EDS || edsClusterConfig === undefined) return undefined;
  const hashes = lbPolicy === Cluster_LbPolicy.RING_HASH;
  return encode(
    ClusterSchema,
    name,
    create(ClusterSchema, {
      name,
      clusterDiscoveryType,
      edsClusterConfig,
      // The two that every gRPC client has.
      lbPolicy: hashes ? lbPolicy : Cluster_LbPolicy.ROUND_ROBIN,
      ...(hashes ? { lbConfig } : {}),
      ...(circuitBreakers ? { circuitBreakers } : {}),
      ...(outlierDetection ? { outlierDetection } : {}),
    }),
  );
}
