import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt';
import type { ResourceSet } from '../compiler/index.js';
import { type Cluster, ClusterSchema } from '../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from '../xds/types/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { type Listener, ListenerSchema } from '../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import { type RouteConfiguration, RouteConfigurationSchema } from '../xds/types/gen/envoy/config/route/v3/route_pb.js';

/** What a proxy is sent, as messages, by name. */
export class ProxyConfiguration {
  readonly listeners: ReadonlyMap<string, Listener>;
  readonly routes: ReadonlyMap<string, RouteConfiguration>;
  readonly clusters: ReadonlyMap<string, Cluster>;
  readonly assignments: ReadonlyMap<string, ClusterLoadAssignment>;

  constructor(resources: ResourceSet) {
    this.listeners = decodeAll(resources, ListenerSchema);
    this.routes = decodeAll(resources, RouteConfigurationSchema);
    this.clusters = decodeAll(resources, ClusterSchema);
    this.assignments = decodeAll(resources, ClusterLoadAssignmentSchema);
  }
}

function decodeAll<Desc extends DescMessage>(
  resources: ResourceSet,
  schema: Desc,
): ReadonlyMap<string, MessageShape<Desc>> {
  const found = resources.get(`type.googleapis.com/${schema.typeName}`) ?? new Map();
  return new Map([...found].map(([name, { body }]) => [name, fromBinary(schema, body)]));
}

/** The message in an Any, where it is of this type. */
export function unpack<Desc extends DescMessage>(any: Any | undefined, schema: Desc): MessageShape<Desc> | undefined {
  return any === undefined ? undefined : anyUnpack(any, schema);
}
