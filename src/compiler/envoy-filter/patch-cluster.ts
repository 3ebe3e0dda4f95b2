import type { ClusterMatch } from '../../resources/istio/envoyfilter/types.js';
import { type Cluster, ClusterSchema } from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import type { TransportSocket } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { mergedAny, mergeInto } from './merge.js';
import { type Editing, type Patch, patchesOf } from './patch-types.js';

/** @returns the cluster, changed; undefined: it is not to be */
export function patchCluster(editing: Editing, cluster: Cluster): Cluster | undefined {
  for (const patch of patchesOf(editing, 'CLUSTER')) {
    const { operation, match } = patch;
    if ((operation !== 'REMOVE' && operation !== 'MERGE') || !matchesCluster(match.cluster, cluster.name, editing))
      continue;
    editing.applied.add(patch);
    if (operation === 'REMOVE') return undefined;
    if (!mergeTransportSocket(cluster, patch)) mergeInto(ClusterSchema, cluster, patch.value);
  }
  return cluster;
}

function matchesCluster(match: ClusterMatch | undefined, name: string, { inboundHosts }: Editing): boolean {
  if (match === undefined) return true;
  if (match.name) return match.name === name;
  const [direction, port, subset = '', host = ''] = name.split('|');
  const hosts = direction === 'inbound' ? (inboundHosts.get(Number(port)) ?? []) : [host];
  return (
    (!match.subset || match.subset === subset) &&
    (!match.service || hosts.includes(match.service)) &&
    (!match.portNumber || match.portNumber === Number(port))
  );
}

/**
 * A patch with a transport socket changes that alone: it is merged into the one of the same name, else it takes its place.
 * @returns whether the patch has one
 */
function mergeTransportSocket(cluster: Cluster, { value }: Patch<'CLUSTER'>): boolean {
  const { transportSocket } = value;
  if (transportSocket === undefined) return false;
  if (cluster.transportSocketMatches.length > 0) {
    const named = cluster.transportSocketMatches.find((each) => each.transportSocket?.name === transportSocket.name);
    if (named?.transportSocket) mergeSocket(named.transportSocket, transportSocket);
  } else if (cluster.transportSocket?.name === transportSocket.name) {
    mergeSocket(cluster.transportSocket, transportSocket);
  } else {
    cluster.transportSocket = transportSocket;
  }
  return true;
}

/** What is in the typed configuration of both. */
export function mergeSocket(target: TransportSocket, { configType: source }: TransportSocket): void {
  const { configType } = target;
  if (configType.case !== 'typedConfig' || source.case !== 'typedConfig') return;
  target.configType = { case: 'typedConfig', value: mergedAny(configType.value, source.value) ?? configType.value };
}
