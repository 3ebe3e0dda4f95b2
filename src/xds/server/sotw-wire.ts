import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type DiscoveryRequest,
  DiscoveryRequestSchema,
  DiscoveryResponseSchema,
} from '../types/gen/envoy/service/discovery/v3/discovery_pb.js';
import { FRAME_HEADER_BYTES } from './grpc/frames.js';
import { TYPE_URL, type XdsResource } from './source.js';
import type { SessionRequest } from './stream-session.js';
import type { Push } from './type-state.js';
import type { Wire, WireRequest } from './wire.js';

/** Types whose response is complete: what it leaves out is removed. Of the others a response may hold any part. */
const COMPLETE_TYPES: ReadonlySet<string> = new Set([TYPE_URL.cluster, TYPE_URL.listener]);

interface TypeMemory {
  names: ReadonlySet<string>;
  nonce: string;
  readonly contents: Map<string, XdsResource>;
}

/** State-of-the-world xDS: each request lists all names, and each response of a complete type all resources. */
export class SotwWire implements Wire {
  private readonly types = new Map<string, TypeMemory>();

  read(message: Uint8Array): WireRequest {
    const decoded = fromBinary(DiscoveryRequestSchema, message);
    const { typeUrl, node } = decoded;
    const request = typeUrl === '' ? undefined : this.request(decoded);
    return { typeUrl, node, ...(request && { request }) };
  }

  private request(request: DiscoveryRequest): SessionRequest | undefined {
    const memory = this.memoryOf(request.typeUrl);
    // The answer to a response that another has replaced; the client will send its present names with the answer to that one.
    if (request.responseNonce !== '' && request.responseNonce !== memory.nonce) return undefined;
    const names = new Set(request.resourceNames);
    const subscribe = [...names].filter((name) => !memory.names.has(name));
    const unsubscribe = [...memory.names].filter((name) => !names.has(name));
    memory.names = names;
    for (const name of unsubscribe) memory.contents.delete(name);
    return {
      typeUrl: request.typeUrl,
      subscribe,
      unsubscribe,
      initialVersions: {},
      nonce: request.responseNonce,
      ...(request.errorDetail && { error: request.errorDetail.message }),
    };
  }

  write(push: Push, nonce: string): Uint8Array | undefined {
    const memory = this.memoryOf(push.typeUrl);
    const complete = COMPLETE_TYPES.has(push.typeUrl);
    if (complete) {
      for (const resource of push.changed) memory.contents.set(resource.name, resource);
      for (const name of push.removed) memory.contents.delete(name);
    } else if (push.changed.length === 0 && push.removed.length > 0) {
      return undefined;
    }
    memory.nonce = nonce;
    const resources = complete ? [...memory.contents.values()] : push.changed;
    const response = create(DiscoveryResponseSchema, {
      typeUrl: push.typeUrl,
      // Any string that changes with the contents will do.
      versionInfo: nonce,
      nonce,
      resources: resources.map(({ body }) => ({ typeUrl: push.typeUrl, value: body })),
    });
    const body = toBinary(DiscoveryResponseSchema, response);
    const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + body.length);
    frame[0] = 0;
    frame.writeUInt32BE(body.length, 1);
    frame.set(body, FRAME_HEADER_BYTES);
    return frame;
  }

  private memoryOf(typeUrl: string): TypeMemory {
    let memory = this.types.get(typeUrl);
    if (memory === undefined) {
      memory = { names: new Set(), nonce: '', contents: new Map() };
      this.types.set(typeUrl, memory);
    }
    return memory;
  }
}
