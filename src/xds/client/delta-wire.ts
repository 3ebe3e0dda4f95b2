import { create } from '@bufbuild/protobuf';
import type { Node } from '../types/gen/envoy/config/core/v3/base_pb.js';
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  type DeltaDiscoveryResponse,
} from '../types/gen/envoy/service/discovery/v3/discovery_pb.js';
import type { TypeSubscription } from './type-subscription.js';
import { readDelta, type Update, type Verdict } from './update.js';
import { type ClientWire, errorDetail } from './wire.js';

/** The incremental variant: requests and responses carry differences. Source: the xDS protocol, "Incremental xDS". */
export class DeltaWire implements ClientWire<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
  streamStarted(): void {}

  change(subscription: TypeSubscription): DeltaDiscoveryRequest | undefined {
    const change = subscription.takeChange();
    if (change === undefined) return undefined;
    return create(DeltaDiscoveryRequestSchema, {
      typeUrl: subscription.typeUrl,
      resourceNamesSubscribe: change.subscribe,
      resourceNamesUnsubscribe: change.unsubscribe,
      initialResourceVersions: change.initialVersions,
    });
  }

  read(response: DeltaDiscoveryResponse, subscription: TypeSubscription): Update {
    return readDelta(response, (name) => subscription.wants(name));
  }

  answer(response: DeltaDiscoveryResponse, _subscription: TypeSubscription, verdict: Verdict): DeltaDiscoveryRequest {
    const detail = errorDetail(verdict);
    return create(DeltaDiscoveryRequestSchema, {
      typeUrl: response.typeUrl,
      responseNonce: response.nonce,
      ...(detail && { errorDetail: detail }),
    });
  }

  refuse(response: DeltaDiscoveryResponse, message: string): DeltaDiscoveryRequest {
    return create(DeltaDiscoveryRequestSchema, {
      typeUrl: response.typeUrl,
      responseNonce: response.nonce,
      errorDetail: errorDetail({ reject: message })!,
    });
  }

  needsNode(first: boolean): boolean {
    return first;
  }

  withNode(request: DeltaDiscoveryRequest, node: Node): DeltaDiscoveryRequest {
    request.node = node;
    return request;
  }
}
