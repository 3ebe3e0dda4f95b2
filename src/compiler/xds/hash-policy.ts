import type { ConsistentHash } from '../../resources/istio/destinationrule/types.js';
import { duration_ms } from '../../resources/istio/duration.js';
import type { RouteAction_HashPolicySchema } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { destinationView } from '../model/destination-view.js';
import { portPolicy } from '../model/port-policy.js';
import type { ProxyNode } from '../model/proxy.js';
import type { Destination, Mesh } from '../model/types.js';
import type { Init } from './resource.js';
import { durationOf } from './values.js';

type HashPolicy = Init<typeof RouteAction_HashPolicySchema>;

/** What of a request its consistent hash is made of, as the destinations' rules say; each policy once. */
export function hashPolicies(
  mesh: Mesh,
  proxy: ProxyNode,
  destinations: readonly (Destination & { readonly port: number })[],
): HashPolicy[] {
  const policies = new Map<string, HashPolicy>();
  for (const { host, subset, port } of destinations) {
    const service = mesh.services.get(host);
    if (service === undefined) continue;
    const hash = portPolicy(destinationView(mesh, proxy, service), port, subset).loadBalancer?.consistentHash;
    const policy = hash && toPolicy(hash);
    if (policy) policies.set(JSON.stringify(hash), policy);
  }
  return [...policies.values()];
}

function toPolicy(hash: ConsistentHash): HashPolicy | undefined {
  const { httpHeaderName, httpCookie, httpQueryParameterName, useSourceIp } = hash;
  if (httpHeaderName) return { policySpecifier: { case: 'header', value: { headerName: httpHeaderName } } };
  if (httpQueryParameterName) {
    return { policySpecifier: { case: 'queryParameter', value: { name: httpQueryParameterName } } };
  }
  if (httpCookie) return { policySpecifier: { case: 'cookie', value: cookie(httpCookie) } };
  if (useSourceIp === undefined) return undefined;
  return { policySpecifier: { case: 'connectionProperties', value: { sourceIp: useSourceIp } } };
}

/** Without a ttl nobody makes the cookie; one of 0s is a session's. */
function cookie({ name, path, ttl, attributes = [] }: NonNullable<ConsistentHash['httpCookie']>) {
  return {
    name,
    ...(path ? { path } : {}),
    ...(ttl ? { ttl: durationOf(duration_ms(ttl)) } : {}),
    attributes: attributes.map((attribute) => ({ name: attribute.name, value: attribute.value ?? '' })),
  };
}
