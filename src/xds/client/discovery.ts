import { type CallOptions, createClient } from '@connectrpc/connect';
import { AggregatedDiscoveryService } from '../types/gen/envoy/service/discovery/v3/ads_pb.js';
import type {
  DeltaDiscoveryRequest,
  DeltaDiscoveryResponse,
  DiscoveryRequest,
  DiscoveryResponse,
} from '../types/gen/envoy/service/discovery/v3/discovery_pb.js';
import type { AdsConnection } from './connection.js';
import { DeltaWire } from './delta-wire.js';
import { SotwWire } from './sotw-wire.js';
import type { ClientWire } from './wire.js';

/** What a client of a discovery service needs: the call that opens a stream, and the variant of the protocol spoken on it. */
export interface Discovery<Request, Response> {
  readonly wire: ClientWire<Request, Response>;
  open(requests: AsyncIterable<Request>, options: CallOptions): AsyncIterable<Response>;
}

export type DeltaDiscovery = Discovery<DeltaDiscoveryRequest, DeltaDiscoveryResponse>;
export type SotwDiscovery = Discovery<DiscoveryRequest, DiscoveryResponse>;

/** All types on one stream, by differences. */
export function deltaAds(connection: AdsConnection): DeltaDiscovery {
  const client = createClient(AggregatedDiscoveryService, connection.transport);
  return { wire: new DeltaWire(), open: (requests, options) => client.deltaAggregatedResources(requests, options) };
}

/** All types on one stream, each response with the whole state. */
export function sotwAds(connection: AdsConnection, nodeOnFirstMessageOnly: boolean): SotwDiscovery {
  const client = createClient(AggregatedDiscoveryService, connection.transport);
  return {
    wire: new SotwWire(nodeOnFirstMessageOnly),
    open: (requests, options) => client.streamAggregatedResources(requests, options),
  };
}
