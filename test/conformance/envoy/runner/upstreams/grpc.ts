import {
  createRegistry,
  fromBinary,
  fromJson,
  type JsonObject,
  type JsonValue,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { file_envoy_service_auth_v3_external_auth } from '../../../../../src/xds/types/gen/envoy/service/auth/v3/external_auth_pb.js';
import { file_envoy_service_ratelimit_v3_rls } from '../../../../../src/xds/types/gen/envoy/service/ratelimit/v3/rls_pb.js';

const MESSAGES = createRegistry(file_envoy_service_auth_v3_external_auth, file_envoy_service_ratelimit_v3_rls);
/** Flag and length before each message. */
const PREFIX_BYTES = 5;

function schemaOf(type: string): NonNullable<ReturnType<typeof MESSAGES.getMessage>> {
  const schema = MESSAGES.getMessage(type);
  if (schema === undefined) throw new Error(`${type} is no message that an upstream can speak`);
  return schema;
}

/** A message as one frame of a gRPC body. */
export function grpcFrame(type: string, message: JsonObject): Buffer {
  const schema = schemaOf(type);
  const bytes = toBinary(schema, fromJson(schema, message, { registry: MESSAGES }));
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

/** The first message of a gRPC body, as JSON. */
export function readGrpc(type: string, body: Buffer): string {
  const schema = schemaOf(type);
  const length = body.length < PREFIX_BYTES ? 0 : body.readUInt32BE(1);
  const message = fromBinary(schema, body.subarray(PREFIX_BYTES, PREFIX_BYTES + length));
  return JSON.stringify(sorted(toJson(schema, message, { registry: MESSAGES })), undefined, 1);
}

/** A map of a message has no order. */
function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
