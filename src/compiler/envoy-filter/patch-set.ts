import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { ClusterSchema } from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import type { Node } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { TrafficDirection } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { ListenerSchema } from '../../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import { RouteConfigurationSchema } from '../../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { memo } from '../memo.js';
import { hostsByInboundPort } from '../model/inbound.js';
import type { ProxyNode } from '../model/proxy.js';
import type { Mesh } from '../model/types.js';
import type { ObjectRef } from '../snapshot.js';
import { INBOUND_PASSTHROUGH_CLUSTER } from '../xds/names.js';
import { encode, type ResourceSet, typeUrlOf, type XdsResource } from '../xds/resource.js';
import { patchCluster } from './patch-cluster.js';
import { patchListener } from './patch-listener.js';
import { patchRouteConfiguration } from './patch-routes.js';
import type { Context, Editing, Part, Patch, PatchesByPart } from './patch-types.js';
import { patchesFor } from './patches-for.js';

type Resources = ReadonlyMap<string, XdsResource>;

/** How resources of one type are patched. */
interface Kind<Desc extends DescMessage> {
  readonly schema: Desc;
  /** Parts of which a patch may change such a resource. */
  readonly parts: readonly Part[];
  readonly contextOf: (message: MessageShape<Desc>) => Context;
  /** Undefined: the resource is not to be. */
  readonly patch: (editing: Editing, message: MessageShape<Desc>) => MessageShape<Desc> | undefined;
}

const NO_HOSTS: ReadonlyMap<number, readonly string[]> = new Map();
const ROUTE_PARTS: readonly Part[] = ['ROUTE_CONFIGURATION', 'VIRTUAL_HOST', 'HTTP_ROUTE'];

const LISTENERS: Kind<typeof ListenerSchema> = {
  schema: ListenerSchema,
  parts: ['LISTENER', 'LISTENER_FILTER', 'FILTER_CHAIN', 'NETWORK_FILTER', 'HTTP_FILTER', ...ROUTE_PARTS],
  contextOf: ({ trafficDirection }) =>
    trafficDirection === TrafficDirection.INBOUND ? 'SIDECAR_INBOUND' : 'SIDECAR_OUTBOUND',
  patch: patchListener,
};
const ROUTES: Kind<typeof RouteConfigurationSchema> = {
  schema: RouteConfigurationSchema,
  parts: ROUTE_PARTS,
  contextOf: () => 'SIDECAR_OUTBOUND',
  patch: (editing, message) => {
    patchRouteConfiguration(editing, message);
    return message;
  },
};
const CLUSTERS: Kind<typeof ClusterSchema> = {
  schema: ClusterSchema,
  parts: ['CLUSTER'],
  contextOf: ({ name }) =>
    name.startsWith('inbound|') || name === INBOUND_PASSTHROUGH_CLUSTER ? 'SIDECAR_INBOUND' : 'SIDECAR_OUTBOUND',
  patch: patchCluster,
};

/** Which patches changed a resource: those to be blamed when a proxy refuses it. */
const patchedBy = new WeakMap<XdsResource, readonly ObjectRef[]>();
const sets = new WeakMap<Mesh['envoyFilters'], Map<string, PatchSet>>();

/** The EnvoyFilters that had a part in what this resource is. */
export function envoyFiltersBehind(resource: XdsResource): readonly ObjectRef[] {
  return patchedBy.get(resource) ?? [];
}

/** What is to be patched for this proxy; the same for all proxies to which the same patches apply. Undefined: nothing. */
export function patchSetFor(mesh: Mesh, proxy: ProxyNode, node: Node): PatchSet | undefined {
  // As in Istio, EnvoyFilters are for proxies.
  if (mesh.envoyFilters.length === 0 || proxy.isGrpc) return undefined;
  const patches = patchesFor(mesh, proxy, node);
  if (patches.length === 0) return undefined;
  const hosts = patches.some(asksForInboundService) ? hostsByInboundPort(mesh, proxy) : NO_HOSTS;
  const fields = patches.map(({ origin, field }) => `${origin.namespace}/${origin.name}/${field}`);
  const key = [proxy.kind, ...fields, JSON.stringify([...hosts])].join('|');
  return memo(
    memo(sets, mesh.envoyFilters, () => new Map<string, PatchSet>()),
    key,
    () => new PatchSet(proxy.kind === 'router', patches, hosts),
  );
}

function asksForInboundService({ match: { context = 'ANY', cluster } }: Patch): boolean {
  return Boolean(cluster?.service) && (context === 'ANY' || context === 'SIDECAR_INBOUND');
}

/** The patches of some proxies, and what has been made by them so far: each resource is patched once for all that have it. */
export class PatchSet {
  readonly origins: readonly ObjectRef[];
  private readonly byPart: PatchesByPart;
  private readonly maps = new WeakMap<Resources, Resources>();
  private readonly resources = new WeakMap<XdsResource, { readonly now: XdsResource | undefined }>();
  private readonly added: ResourceSet;

  constructor(
    private readonly isGateway: boolean,
    patches: readonly Patch[],
    private readonly inboundHosts: ReadonlyMap<number, readonly string[]>,
  ) {
    this.origins = patches.map(({ origin }) => origin);
    const ofPart = <P extends Part>(part: P) => patches.filter((patch): patch is Patch<P> => patch.part === part);
    this.byPart = {
      LISTENER: ofPart('LISTENER'),
      LISTENER_FILTER: ofPart('LISTENER_FILTER'),
      FILTER_CHAIN: ofPart('FILTER_CHAIN'),
      NETWORK_FILTER: ofPart('NETWORK_FILTER'),
      HTTP_FILTER: ofPart('HTTP_FILTER'),
      ROUTE_CONFIGURATION: ofPart('ROUTE_CONFIGURATION'),
      VIRTUAL_HOST: ofPart('VIRTUAL_HOST'),
      HTTP_ROUTE: ofPart('HTTP_ROUTE'),
      CLUSTER: ofPart('CLUSTER'),
    };
    this.added = new Map([
      [typeUrlOf(ClusterSchema), this.additions(ClusterSchema, this.byPart.CLUSTER)],
      [typeUrlOf(ListenerSchema), this.additions(ListenerSchema, this.byPart.LISTENER)],
    ]);
  }

  /** The same objects where nothing is patched. */
  patched(before: ResourceSet): ResourceSet {
    const now = new Map(before);
    this.patchType(LISTENERS, now);
    this.patchType(ROUTES, now);
    this.patchType(CLUSTERS, now);
    return now;
  }

  /** With the clusters and listeners that the patches add. Names that there are stay what they are. */
  withAdditions(before: ResourceSet): ResourceSet {
    const now = new Map(before);
    for (const [typeUrl, added] of this.added) {
      if (added.size > 0) now.set(typeUrl, new Map([...added, ...(before.get(typeUrl) ?? [])]));
    }
    return now;
  }

  private patchType<Desc extends DescMessage>(kind: Kind<Desc>, now: Map<string, Resources>): void {
    const typeUrl = typeUrlOf(kind.schema);
    const before = now.get(typeUrl);
    if (before === undefined || kind.parts.every((part) => this.byPart[part].length === 0)) return;
    now.set(
      typeUrl,
      memo(this.maps, before, () => this.patchMap(kind, before)),
    );
  }

  private patchMap<Desc extends DescMessage>(kind: Kind<Desc>, before: Resources): Resources {
    const after = new Map<string, XdsResource>();
    let isSame = true;
    for (const [name, resource] of before) {
      const { now } = memo(this.resources, resource, () => ({ now: this.patchResource(kind, resource) }));
      if (now !== undefined) after.set(name, now);
      if (now !== resource) isSame = false;
    }
    return isSame ? before : after;
  }

  private patchResource<Desc extends DescMessage>(kind: Kind<Desc>, resource: XdsResource): XdsResource | undefined {
    const message = fromBinary(kind.schema, resource.body);
    const context = this.isGateway ? 'GATEWAY' : kind.contextOf(message);
    const editing = { context, patches: this.byPart, applied: new Set<Patch>(), inboundHosts: this.inboundHosts };
    const now = kind.patch(editing, message);
    if (now === undefined || editing.applied.size === 0) return now && resource;
    return remembered(encode(kind.schema, resource.name, now), [...editing.applied]);
  }

  /** What is for sidecars and says no direction is added once, and so is what is for any proxy. */
  private additions<Desc extends typeof ClusterSchema | typeof ListenerSchema>(
    schema: Desc,
    patches: readonly (Patch & { readonly value: { readonly name: string } })[],
  ): Resources {
    const added = new Map<string, XdsResource>();
    for (const patch of patches) {
      const { context = 'ANY' } = patch.match;
      const isForGateways = context === 'GATEWAY';
      if (patch.operation !== 'ADD' || (context !== 'ANY' && isForGateways !== this.isGateway)) continue;
      const { name } = patch.value;
      if (!added.has(name)) added.set(name, remembered(encode<DescMessage>(schema, name, patch.value), [patch]));
    }
    return added;
  }
}

function remembered(resource: XdsResource, patches: readonly Patch[]): XdsResource {
  patchedBy.set(
    resource,
    patches.map(({ origin }) => origin),
  );
  return resource;
}
