import { createHash } from 'node:crypto';
import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { type Any, AnySchema } from '@bufbuild/protobuf/wkt';
import { ClusterSchema } from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ClusterLoadAssignmentSchema } from '../../xds/types/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { ListenerSchema } from '../../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import { RouteConfigurationSchema } from '../../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { SecretSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';

const VERSION_LENGTH = 16;
const TYPE_PREFIX = 'type.googleapis.com/';

/** One resource as it goes over the wire. */
export interface XdsResource {
  readonly name: string;
  /** A hash of `body`. */
  readonly version: string;
  readonly body: Uint8Array;
}

/** Everything that one proxy is to have: by type URL, then by resource name. */
export type ResourceSet = ReadonlyMap<string, ReadonlyMap<string, XdsResource>>;

export function typeUrlOf(schema: DescMessage): string {
  return TYPE_PREFIX + schema.typeName;
}

/** The fields of a message, before it is made. */
export type Init<Desc extends DescMessage> = Exclude<MessageInitShape<Desc>, { $typeName: string }>;

export type ClusterInit = Init<typeof ClusterSchema> & { name: string };
export type EndpointsInit = Init<typeof ClusterLoadAssignmentSchema> & { clusterName: string };
export type ListenerInit = Init<typeof ListenerSchema> & { name: string };
export type RouteConfigurationInit = Init<typeof RouteConfigurationSchema> & { name: string };

export const encodeCluster = (cluster: ClusterInit): XdsResource => encode(ClusterSchema, cluster.name, cluster);
export const encodeListener = (listener: ListenerInit): XdsResource => encode(ListenerSchema, listener.name, listener);
export const encodeRoutes = (routes: RouteConfigurationInit): XdsResource =>
  encode(RouteConfigurationSchema, routes.name, routes);
export const encodeSecret = (secret: Init<typeof SecretSchema> & { name: string }): XdsResource =>
  encode(SecretSchema, secret.name, secret);
export const encodeEndpoints = (endpoints: EndpointsInit): XdsResource =>
  encode(ClusterLoadAssignmentSchema, endpoints.clusterName, endpoints);

export function encode<Desc extends DescMessage>(
  schema: Desc,
  name: string,
  init: MessageInitShape<Desc>,
): XdsResource {
  const body = toBinary(schema, create(schema, init));
  return { name, version: createHash('sha256').update(body).digest('hex').slice(0, VERSION_LENGTH), body };
}

export function anyOf<Desc extends DescMessage>(schema: Desc, init: MessageInitShape<Desc>): Any {
  return create(AnySchema, { typeUrl: typeUrlOf(schema), value: toBinary(schema, create(schema, init)) });
}

/** The parts of a proxy's configuration while they are gathered. A name is taken once: the first stays. */
export class ResourceCollector {
  private readonly byType: Map<string, Map<string, XdsResource>>;

  /** @param start resources to begin with; not changed */
  constructor(start?: ResourceSet) {
    const schemas = [
      ...[ClusterSchema, ClusterLoadAssignmentSchema, ListenerSchema, RouteConfigurationSchema],
      SecretSchema,
    ];
    this.byType = new Map(schemas.map(typeUrlOf).map((url) => [url, new Map(start?.get(url))]));
  }

  addCluster(resource: XdsResource): void {
    this.add(ClusterSchema, resource);
  }

  addEndpoints(resource: XdsResource): void {
    this.add(ClusterLoadAssignmentSchema, resource);
  }

  addListener(resource: XdsResource): void {
    this.add(ListenerSchema, resource);
  }

  addRoutes(resource: XdsResource): void {
    this.add(RouteConfigurationSchema, resource);
  }

  addSecret(resource: XdsResource): void {
    this.add(SecretSchema, resource);
  }

  get resources(): ResourceSet {
    return this.byType;
  }

  private add(schema: DescMessage, resource: XdsResource): void {
    const resources = this.byType.get(typeUrlOf(schema))!;
    if (!resources.has(resource.name)) resources.set(resource.name, resource);
  }
}
