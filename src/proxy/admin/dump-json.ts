import {
  createRegistry,
  type DescMessage,
  fromBinary,
  type JsonObject,
  type JsonValue,
  type MessageShape,
  toJson,
} from '@bufbuild/protobuf';
import { BootstrapSchema } from '../../xds/types/gen/envoy/config/bootstrap/v3/bootstrap_pb.js';
import { ClusterSchema } from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ClusterLoadAssignmentSchema } from '../../xds/types/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { ListenerSchema } from '../../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import { RouteConfigurationSchema } from '../../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { SecretSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';
import { TYPES } from '../config/registry.js';
import { redact } from './redact.js';

/** All types that stand in an Any of a dump. */
export const DUMP_TYPES = createRegistry(
  TYPES,
  BootstrapSchema,
  ClusterSchema,
  ClusterLoadAssignmentSchema,
  ListenerSchema,
  RouteConfigurationSchema,
  SecretSchema,
);

const OPTIONS = { registry: DUMP_TYPES, useProtoFieldName: true } as const;

/** A message with its fields' own names and without its secrets. */
export function messageJson<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): JsonObject {
  return redact(toJson(schema, message, OPTIONS) as JsonValue) as JsonObject;
}

/** An encoded resource as JSON's form of an Any; one that cannot be read shows its bytes. */
export function resourceJson(typeUrl: string, body: Uint8Array): JsonObject {
  const schema = DUMP_TYPES.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
  if (schema !== undefined) {
    try {
      return { '@type': typeUrl, ...messageJson(schema, fromBinary(schema, body)) };
    } catch {
      // refused resources may hold what we don't know
    }
  }
  return { '@type': typeUrl, value: Buffer.from(body).toString('base64') };
}

/** `2026-11-23T20:48:48.962Z` */
export function timestamp(epoch_ms: number): string {
  return new Date(epoch_ms).toISOString();
}
