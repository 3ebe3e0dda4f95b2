import { FRAME_HEADER_BYTES } from '../grpc/frames.js';
import type { XdsResource } from '../source.js';
import type { Push } from '../type-state.js';
import { fieldSize, textField, writeFieldHead } from './fields.js';

/** Field numbers. Source: envoy/service/discovery/v3/discovery.proto, google/protobuf/any.proto. */
const RESPONSE = { resources: 2, typeUrl: 4, nonce: 5, removedResources: 6 } as const;
const RESOURCE = { version: 1, resource: 2, name: 3 } as const;
const ANY = { typeUrl: 1, value: 2 } as const;

/** What many proxies are told at once is encoded once; so many different things may be told at a time. */
const PAYLOADS_KEPT = 32;
/** A payload that is larger is encoded for each: it is then mostly a first configuration, which differs. */
const PAYLOAD_KEPT_MAX_BYTES = 8 * 1024 * 1024;

interface Payload {
  readonly push: Push;
  readonly bytes: Uint8Array;
}

const kept: Payload[] = [];
let oldest = 0;

/** A DeltaDiscoveryResponse as a frame of gRPC. All but the nonce is shared by the proxies that are told the same. */
export function deltaResponse(push: Push, nonce: string): Uint8Array {
  const payload = payloadOf(push);
  const end = textField(RESPONSE.nonce, nonce);
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.length + end.length);
  frame[0] = 0;
  frame.writeUInt32BE(payload.length + end.length, 1);
  frame.set(payload, FRAME_HEADER_BYTES);
  frame.set(end, FRAME_HEADER_BYTES + payload.length);
  return frame;
}

function payloadOf(push: Push): Uint8Array {
  const known = kept.find((payload) => isSame(payload.push, push));
  if (known !== undefined) return known.bytes;
  const bytes = encode(push);
  if (bytes.length > PAYLOAD_KEPT_MAX_BYTES) return bytes;
  kept[oldest] = { push, bytes };
  oldest = (oldest + 1) % PAYLOADS_KEPT;
  return bytes;
}

function isSame(left: Push, right: Push): boolean {
  return (
    left.typeUrl === right.typeUrl &&
    left.changed.length === right.changed.length &&
    left.removed.length === right.removed.length &&
    left.changed.every((resource, i) => resource === right.changed[i]) &&
    left.removed.every((name, i) => name === right.removed[i])
  );
}

function encode({ typeUrl, changed, removed }: Push): Uint8Array {
  return Buffer.concat([
    ...changed.map((resource) => resourceField(resource, typeUrl)),
    textField(RESPONSE.typeUrl, typeUrl),
    ...removed.map((name) => textField(RESPONSE.removedResources, name)),
  ]);
}

function resourceField({ name, version, body }: XdsResource, typeUrl: string): Uint8Array {
  const [versionField, nameField] = [textField(RESOURCE.version, version), textField(RESOURCE.name, name)];
  const anyType = textField(ANY.typeUrl, typeUrl);
  const any = anyType.length + fieldSize(body.length);
  const inner = versionField.length + fieldSize(any) + nameField.length;
  const bytes = Buffer.allocUnsafe(fieldSize(inner));
  let at = writeFieldHead(bytes, 0, RESPONSE.resources, inner);
  bytes.set(versionField, at);
  at = writeFieldHead(bytes, at + versionField.length, RESOURCE.resource, any);
  bytes.set(anyType, at);
  at = writeFieldHead(bytes, at + anyType.length, ANY.value, body.length);
  bytes.set(body, at);
  bytes.set(nameField, at + body.length);
  return bytes;
}
