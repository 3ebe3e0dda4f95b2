import { create } from '@bufbuild/protobuf';
import type { Node } from '../types/gen/envoy/config/core/v3/base_pb.js';
import {
  type DiscoveryRequest,
  DiscoveryRequestSchema,
  type DiscoveryResponse,
} from '../types/gen/envoy/service/discovery/v3/discovery_pb.js';
import { StatusSchema } from '../types/gen/google/rpc/status_pb.js';
import { readState } from './sotw-update.js';
import { type TypeSubscription, WILDCARD } from './type-subscription.js';
import type { Update, Verdict } from './update.js';
import { type ClientWire, errorDetail } from './wire.js';

/** What the server must hear again with every request for a type. */
interface TypeState {
  /** Of the last response that was taken as a whole. */
  version: string;
  /** Of the last response on this stream. */
  nonce: string;
}

/** The state-of-the-world variant: each request names all that is wanted, each response holds all of it. */
export class SotwWire implements ClientWire<DiscoveryRequest, DiscoveryResponse> {
  private readonly states = new Map<string, TypeState>();

  /** @param nodeOnFirstMessageOnly as the field `set_node_on_first_message_only` */
  constructor(private readonly nodeOnFirstMessageOnly: boolean) {}

  streamStarted(): void {
    for (const state of this.states.values()) state.nonce = '';
  }

  change(subscription: TypeSubscription): DiscoveryRequest | undefined {
    return subscription.takeChange() === undefined ? undefined : this.request(subscription);
  }

  read(response: DiscoveryResponse, subscription: TypeSubscription): Update {
    return readState(response, subscription);
  }

  answer(response: DiscoveryResponse, subscription: TypeSubscription, verdict: Verdict): DiscoveryRequest {
    const state = this.stateOf(response.typeUrl);
    state.nonce = response.nonce;
    if (!('reject' in verdict)) state.version = response.versionInfo;
    subscription.takeChange(); // the answer names all that is wanted, so a change needs no request of its own
    const request = this.request(subscription);
    const detail = errorDetail(verdict);
    if (detail !== undefined) request.errorDetail = create(StatusSchema, detail);
    return request;
  }

  refuse(response: DiscoveryResponse, message: string): DiscoveryRequest {
    return create(DiscoveryRequestSchema, {
      typeUrl: response.typeUrl,
      responseNonce: response.nonce,
      errorDetail: errorDetail({ reject: message })!,
    });
  }

  needsNode(first: boolean): boolean {
    return first || !this.nodeOnFirstMessageOnly;
  }

  withNode(request: DiscoveryRequest, node: Node): DiscoveryRequest {
    request.node = node;
    return request;
  }

  private request(subscription: TypeSubscription): DiscoveryRequest {
    const { version, nonce } = this.stateOf(subscription.typeUrl);
    return create(DiscoveryRequestSchema, {
      typeUrl: subscription.typeUrl,
      versionInfo: version,
      responseNonce: nonce,
      // no names at all stand for every resource, which servers understand that do not know the wildcard
      resourceNames: subscription.names.filter((name) => name !== WILDCARD),
    });
  }

  private stateOf(typeUrl: string): TypeState {
    let state = this.states.get(typeUrl);
    if (state === undefined) {
      state = { version: '', nonce: '' };
      this.states.set(typeUrl, state);
    }
    return state;
  }
}
