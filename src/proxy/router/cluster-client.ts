import { messageOf } from '../../base/errors.js';
import type { HeaderMap } from '../../wire/http1/index.js';
import type { ClusterLookup } from '../cluster/cluster-lookup.js';
import type { ProxyContext } from '../context.js';
import { ClientCall } from './client-call.js';

/** A request that the proxy itself sends to a cluster. */
export interface ClientRequest {
  readonly method: string;
  readonly path: string;
  /** The Host header. */
  readonly authority: string;
  /** Without framing and Host. */
  readonly headers: HeaderMap;
  readonly body?: Uint8Array | undefined;
  /** The body goes without its length: gRPC's messages. */
  readonly streamed?: boolean;
  /** Not to say our own address in `x-forwarded-for`. */
  readonly hidesMachine?: boolean;
}

export type ClientResult =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: HeaderMap;
      readonly body: Buffer;
      readonly trailers: HeaderMap | undefined;
    }
  | { readonly kind: 'failure'; readonly reason: ClientFailure };

/** `no_cluster` and `no_host`: nowhere to send it. `body_too_large`: the answer. */
export type ClientFailure = 'no_cluster' | 'no_host' | 'connect' | 'overflow' | 'reset' | 'timeout' | 'body_too_large';

/** A request that was sent. */
export interface PendingCall {
  /** Nothing more is told. Idempotent. */
  cancel(): void;
}

const NOT_SENT: PendingCall = { cancel: () => {} };

/** Requests of the proxy itself to its clusters: to ask a service of authorization or rate limits, to report spans. */
export class ClusterClient {
  constructor(
    private readonly context: ProxyContext,
    private readonly clusters: ClusterLookup,
  ) {}

  /**
   * Sends one request and collects its answer.
   * @param timeout_ms from now on until the answer is complete; 0 for none
   * @param done called once unless cancelled, perhaps before this returns
   */
  send(
    clusterName: string,
    request: ClientRequest,
    timeout_ms: number,
    done: (result: ClientResult) => void,
  ): PendingCall {
    const cluster = this.clusters.get(clusterName);
    if (cluster === undefined) return refuse('no_cluster', done);
    const host = cluster.choose(ANYWHERE);
    if (host === undefined) {
      return refuse('no_host', done);
    }
    const call = new ClientCall(this.context, cluster, host, request, (result) => {
      try {
        done(result);
      } catch (error) {
        this.context.logger.error('the receiver of an answer failed', {
          cluster: clusterName,
          error: messageOf(error),
        });
      }
    });
    call.start(timeout_ms);
    return call;
  }
}

const ANYWHERE = { destination: undefined };

function refuse(reason: ClientFailure, done: (result: ClientResult) => void): PendingCall {
  done({ kind: 'failure', reason });
  return NOT_SENT;
}
