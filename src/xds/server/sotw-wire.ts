import { create } from '@bufbuild/protobuf';
import {
  type DiscoveryRequest,
  type DiscoveryResponse,
  DiscoveryResponseSchema,
} from '../types/gen/envoy/service/discovery/v3/discovery_pb.js';
import { TYPE_URL, type XdsResource } from './source.js';
import type { SessionRequest } from './stream-session.js';
import type { Push } from './type-state.js';
import type { Wire } from './wire.js';

/** Types whose response is complete: what it leaves out is removed. Of the others a response may hold any part. */
const COMPLETE_TYPES: ReadonlySet<string> = new Set([TYPE_URL.cluster, TYPE_URL.listener]);

interface TypeMemory {
  names: ReadonlySet<string>;
  nonce: string;
  readonly contents: Map<string, XdsResource>;
}

/** State-of-the-world xDS: each request lists all names, and each response of a complete type all resources. */
export class SotwWire implements Wire<DiscoveryRequest, DiscoveryResponse> {
  private readonly types = new Map<string, TypeMemory>();

  node(request: DiscoveryRequest): DiscoveryRequest['node'] {
    return request.node;
  }

  read(request: DiscoveryRequest): SessionRequest | undefined {
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

  write(push: Push, nonce: string): DiscoveryResponse | undefined {
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
    return create(DiscoveryResponseSchema, {
      typeUrl: push.typeUrl,
      // Any string that changes with the contents will do.
      versionInfo: nonce,
      nonce,
      resources: resources.map(({ body }) => ({ typeUrl: push.typeUrl, value: body })),
    });
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
