import { create } from '@bufbuild/protobuf';
import {
  type DeltaDiscoveryRequest,
  type DeltaDiscoveryResponse,
  DeltaDiscoveryResponseSchema,
} from '../types/gen/envoy/service/discovery/v3/discovery_pb.js';
import type { SessionRequest } from './stream-session.js';
import type { Push } from './type-state.js';
import type { Wire } from './wire.js';

/** Incremental xDS: the messages say almost literally what a session knows. */
export class DeltaWire implements Wire<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
  node(request: DeltaDiscoveryRequest): DeltaDiscoveryRequest['node'] {
    return request.node;
  }

  read(request: DeltaDiscoveryRequest): SessionRequest {
    return {
      typeUrl: request.typeUrl,
      subscribe: request.resourceNamesSubscribe,
      unsubscribe: request.resourceNamesUnsubscribe,
      initialVersions: request.initialResourceVersions,
      nonce: request.responseNonce,
      ...(request.errorDetail && { error: request.errorDetail.message }),
    };
  }

  write(push: Push, nonce: string): DeltaDiscoveryResponse {
    return create(DeltaDiscoveryResponseSchema, {
      typeUrl: push.typeUrl,
      nonce,
      resources: push.changed.map(({ name, version, body }) => ({
        name,
        version,
        resource: { typeUrl: push.typeUrl, value: body },
      })),
      removedResources: [...push.removed],
    });
  }
}
