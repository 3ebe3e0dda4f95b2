import type { Node } from '../types/gen/envoy/config/core/v3/base_pb.js';
import type { TypeSubscription } from './type-subscription.js';
import type { Update, Verdict } from './update.js';

/** One of the two variants of the protocol, as a client speaks it. One object serves one client, over all its streams. */
export interface ClientWire<Request, Response> {
  /** A new stream begins: what was said on the one before is not known to the server any more. */
  streamStarted(): void;
  /** The request that brings the server up to date with what is wanted, or undefined when it is. Counts as sent. */
  change(subscription: TypeSubscription): Request | undefined;
  /** @throws XdsError when the server broke the protocol */
  read(response: Response, subscription: TypeSubscription): Update;
  /** ACK or NACK. */
  answer(response: Response, subscription: TypeSubscription, verdict: Verdict): Request;
  /** Refuses a response of a type that was never asked for. */
  refuse(response: Response, message: string): Request;
  /** Whether the request says who asks; `first` on its stream. */
  needsNode(first: boolean): boolean;
  withNode(request: Request, node: Node): Request;
}

/** google.rpc.Code.INVALID_ARGUMENT, the code that xDS clients put into a NACK. */
const INVALID_ARGUMENT = 3;

export function errorDetail(verdict: Verdict): { readonly code: number; readonly message: string } | undefined {
  return 'reject' in verdict ? { code: INVALID_ARGUMENT, message: verdict.reject } : undefined;
}
