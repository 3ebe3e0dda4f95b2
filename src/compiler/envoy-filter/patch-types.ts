import type { MessageShape } from '@bufbuild/protobuf';
import type { ConfigMatch, PatchContext } from '../../resources/istio/envoyfilter/types.js';
import { ClusterSchema } from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import {
  FilterChainSchema,
  FilterSchema,
  ListenerFilterSchema,
} from '../../xds/types/gen/envoy/config/listener/v3/listener_components_pb.js';
import { ListenerSchema } from '../../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import { RouteSchema, VirtualHostSchema } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { RouteConfigurationSchema } from '../../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { HttpFilterSchema } from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import type { Labels } from '../model/types.js';
import type { ObjectRef } from '../snapshot.js';

/** The message that each part is. */
export const PART_SCHEMAS = {
  LISTENER: ListenerSchema,
  LISTENER_FILTER: ListenerFilterSchema,
  FILTER_CHAIN: FilterChainSchema,
  NETWORK_FILTER: FilterSchema,
  HTTP_FILTER: HttpFilterSchema,
  ROUTE_CONFIGURATION: RouteConfigurationSchema,
  VIRTUAL_HOST: VirtualHostSchema,
  HTTP_ROUTE: RouteSchema,
  CLUSTER: ClusterSchema,
} as const;

export type Part = keyof typeof PART_SCHEMAS;
export type PartMessage<P extends Part> = MessageShape<(typeof PART_SCHEMAS)[P]>;

export type Operation = 'MERGE' | 'ADD' | 'REMOVE' | 'INSERT_BEFORE' | 'INSERT_AFTER' | 'INSERT_FIRST' | 'REPLACE';

/** One change of one part. */
export interface Patch<P extends Part = Part> {
  readonly origin: ObjectRef;
  /** `spec.configPatches[0]` */
  readonly field: string;
  readonly part: P;
  readonly operation: Operation;
  readonly match: ConfigMatch;
  /** Empty for REMOVE. Not to be changed: it goes into many messages. */
  readonly value: PartMessage<P>;
}

/** An EnvoyFilter. */
export interface EnvoyFilterModel {
  readonly origin: ObjectRef;
  readonly namespace: string;
  readonly priority: number;
  /** Absent: all of the namespace. */
  readonly selector?: Labels;
  readonly patches: readonly Patch[];
}

/** For one kind of proxy and direction; a proxy's own place is never ANY. */
export type Context = Exclude<PatchContext, 'ANY'>;

/** What changes one resource, and which patches did. */
export interface Editing {
  readonly context: Context;
  readonly patches: PatchesByPart;
  readonly applied: Set<Patch>;
  /** Names of the services that lead to a port of the application. */
  readonly inboundHosts: ReadonlyMap<number, readonly string[]>;
}

/** In the order in which they apply. */
export type PatchesByPart = { readonly [P in Part]: readonly Patch<P>[] };

/** The patches of a part that are for this context, whatever else they match. */
export function patchesOf<P extends Part>({ patches, context }: Editing, part: P): readonly Patch<P>[] {
  const ofPart: readonly Patch<P>[] = patches[part];
  return ofPart.filter(({ match }) => (match.context ?? 'ANY') === 'ANY' || match.context === context);
}
