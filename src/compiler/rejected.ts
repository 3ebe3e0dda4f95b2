import { fromBinary } from '@bufbuild/protobuf';
import { ClusterSchema } from '../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import type { Node } from '../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { ClusterLoadAssignmentSchema } from '../xds/types/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { ListenerSchema } from '../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import { RouteConfigurationSchema } from '../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { envoyFiltersBehind } from './envoy-filter/patch-set.js';
import { hostCovers } from './hostname.js';
import type { Mesh } from './model/types.js';
import { objectsOf, refKey } from './objects-of.js';
import type { ObjectRef } from './snapshot.js';
import { typeUrlOf, type XdsResource } from './xds/resource.js';

const [CLUSTER, ENDPOINTS] = [ClusterSchema, ClusterLoadAssignmentSchema].map(typeUrlOf);
const [LISTENER, ROUTES] = [ListenerSchema, RouteConfigurationSchema].map(typeUrlOf);

export interface Rejected {
  readonly node: Node;
  readonly typeUrl: string;
  readonly resources: readonly XdsResource[];
  /** The proxy's own words. */
  readonly message: string;
}

/**
 * The objects whose user has to change something because a proxy refuses what was made of them: those behind the resources, and in
 * these the virtual hosts, that the message names; where it names none, those behind all. What EnvoyFilters changed is theirs alone:
 * nobody else writes in the words of the proxy, and the rest is known to load.
 */
export function objectsBehind(mesh: Mesh, { node, typeUrl, resources, message }: Rejected): ObjectRef[] {
  const named = resources.filter(({ name }) => message.includes(name));
  const blamed = named.length > 0 ? named : resources;
  const shares = objectsOf(mesh, node);
  const refs = blamed.flatMap((resource) => {
    const filters = envoyFiltersBehind(resource);
    return filters.length > 0 ? filters : candidates(mesh, typeUrl, resource, message);
  });
  const unique = new Map(refs.map((ref) => [refKey(ref), ref]));
  return [...unique].filter(([key]) => shares.has(key)).map(([, ref]) => ref);
}

function candidates(mesh: Mesh, typeUrl: string, resource: XdsResource, message: string): ObjectRef[] {
  if (typeUrl === CLUSTER || typeUrl === ENDPOINTS) return behindDestination(mesh, resource.name.split('|')[3] ?? '');
  if (typeUrl === ROUTES) return hostsBlamed(resource, message).flatMap((host) => behindHost(mesh, host));
  if (typeUrl === LISTENER)
    return behindListener(mesh, Number(resource.name.slice(resource.name.lastIndexOf('_') + 1)));
  return [];
}

/** Hosts of the virtual hosts that the message names, by place or by name; of all where it names none. */
function hostsBlamed({ body }: XdsResource, message: string): string[] {
  const { virtualHosts } = fromBinary(RouteConfigurationSchema, body);
  const places = new Set([...message.matchAll(/virtual_?hosts\[(\d+)\]/gi)].map(([, index]) => Number(index)));
  const byPlace = virtualHosts.filter((_, index) => places.has(index));
  const byName = virtualHosts.filter(({ name }) => message.includes(name));
  const blamed = byPlace.length > 0 ? byPlace : byName.length > 0 ? byName : virtualHosts;
  return blamed.map(({ name }) => name.replace(/:\d+$/, ''));
}

function behindHost({ routeTables }: Mesh, host: string): ObjectRef[] {
  const covers = (own: string) => own === host || hostCovers(own, host);
  return routeTables
    .filter(({ hosts }) => hosts.some(covers))
    .flatMap(({ origins, routes }) => [
      ...(origins.length === 1 ? origins : []),
      ...routes.map(({ origin }) => origin),
    ]);
}

function behindDestination(mesh: Mesh, host: string): ObjectRef[] {
  const rules = [...mesh.destinationRules].filter(([own]) => own === host || hostCovers(own, host));
  const service = mesh.services.get(host);
  return [...rules.flatMap(([, list]) => list.flatMap(({ origins }) => origins)), ...(service ? [service.origin] : [])];
}

function behindListener({ gateways, services }: Mesh, port: number): ObjectRef[] {
  const bound = gateways.filter(({ servers }) => servers.some((server) => server.port === port));
  const serving = [...services.values()].filter(({ ports }) => ports.some(({ number }) => number === port));
  return [
    ...bound.map(({ key }) => ({ kind: 'Gateway', namespace: key.split('/')[0] ?? '', name: key.split('/')[1] ?? '' })),
    ...serving.map(({ origin }) => origin),
  ];
}
