import type { Node } from '../types/gen/envoy/config/core/v3/base_pb.js';
import type { SessionRequest } from './stream-session.js';
import type { Push } from './type-state.js';

/** One variant of the protocol: its messages to and from what a session understands. One per stream; it may keep state. */
export interface Wire {
  /** @throws Error when the bytes are no request */
  read(message: Uint8Array): WireRequest;
  /** @returns a frame of gRPC; undefined where the variant cannot say it and need not */
  write(push: Push, nonce: string): Uint8Array | undefined;
}

export interface WireRequest {
  readonly typeUrl: string;
  readonly node: Node | undefined;
  /** Absent for a request that is out of date and to be ignored. */
  readonly request?: SessionRequest;
}
