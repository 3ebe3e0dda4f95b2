import { matchesLabels } from '../../resources/labels/selector.js';
import type { Endpoint, Labels } from '../model/types.js';
import type { EndpointsInit } from './resource.js';
import { addressOf } from './values.js';

/** The endpoints of a cluster; with labels, only those that have them all. */
export function loadAssignment(clusterName: string, endpoints: readonly Endpoint[], subset?: Labels): EndpointsInit {
  const chosen = endpoints.filter(({ labels }) => matchesLabels(subset, labels));
  const lbEndpoints = chosen.map(({ address, port, weight }) => ({
    hostIdentifier: { case: 'endpoint' as const, value: { address: addressOf(address, port) } },
    ...(weight ? { loadBalancingWeight: weight } : {}),
  }));
  return { clusterName, endpoints: lbEndpoints.length > 0 ? [{ lbEndpoints }] : [] };
}
