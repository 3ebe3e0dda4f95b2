import { fromBinary } from '@bufbuild/protobuf';
import { DeltaDiscoveryRequestSchema } from '../types/gen/envoy/service/discovery/v3/discovery_pb.js';
import { deltaResponse } from './encoding/responses.js';
import type { Push } from './type-state.js';
import type { Wire, WireRequest } from './wire.js';

/** Incremental xDS: the messages say almost literally what a session knows. */
export class DeltaWire implements Wire {
  read(message: Uint8Array): WireRequest {
    const request = fromBinary(DeltaDiscoveryRequestSchema, message);
    return {
      typeUrl: request.typeUrl,
      node: request.node,
      request: {
        typeUrl: request.typeUrl,
        subscribe: request.resourceNamesSubscribe,
        unsubscribe: request.resourceNamesUnsubscribe,
        initialVersions: request.initialResourceVersions,
        nonce: request.responseNonce,
        ...(request.errorDetail && { error: request.errorDetail.message }),
      },
    };
  }

  write(push: Push, nonce: string): Uint8Array {
    return deltaResponse(push, nonce);
  }
}
