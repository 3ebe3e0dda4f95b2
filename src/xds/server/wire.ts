import type { Node } from '../types/gen/envoy/config/core/v3/base_pb.js';
import type { SessionRequest } from './stream-session.js';
import type { Push } from './type-state.js';

/** One variant of the protocol: its messages to and from what a session understands. One per stream; it may keep state. */
export interface Wire<Request, Response> {
  node(request: Request): Node | undefined;
  /** @returns undefined for a request that is out of date and to be ignored */
  read(request: Request): SessionRequest | undefined;
  /** @returns undefined where the variant cannot say it and need not */
  write(push: Push, nonce: string): Response | undefined;
}
