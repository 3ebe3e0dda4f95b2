import { type DescMessage, fromBinary, type JsonValue, toJson } from '@bufbuild/protobuf';
import { ClusterSchema } from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ClusterLoadAssignmentSchema } from '../../xds/types/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { ListenerSchema } from '../../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import { RouteConfigurationSchema } from '../../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { SecretSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';
import { ENVOY_TYPES } from '../envoy-filter/envoy-types.js';
import { type ResourceSet, typeUrlOf } from '../xds/resource.js';

const SECTIONS: Readonly<Record<string, DescMessage>> = {
  listeners: ListenerSchema,
  routes: RouteConfigurationSchema,
  clusters: ClusterSchema,
  endpoints: ClusterLoadAssignmentSchema,
  secrets: SecretSchema,
};

export type DecodedResources = Record<string, JsonValue[]>;

/** A proxy's resources as Envoy would print them. */
export function decode(resources: ResourceSet): DecodedResources {
  return Object.fromEntries(
    Object.entries(SECTIONS).map(([section, schema]) => {
      const ofType = resources.get(typeUrlOf(schema)) ?? new Map();
      const messages = [...ofType.values()].map(({ body }) =>
        withoutAccessLogs(toJson(schema, fromBinary(schema, body), { registry: ENVOY_TYPES })),
      );
      return [section, messages];
    }),
  );
}

/** All listeners log alike; in each golden file it would be a page that says nothing. */
function withoutAccessLogs(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutAccessLogs);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => name !== 'accessLog');
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutAccessLogs(inner)]));
}
