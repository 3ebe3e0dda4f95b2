import type { Update, Verdict } from '../../xds/client/update.js';

/** Takes updates. */
export interface ConfigConsumer {
  /** Applies an update: what is good of it is used, what is bad leaves the old in its place and is named in the verdict. */
  onUpdate(update: Update): Verdict;
}

/** A logical proxy's way to a control plane: an ADS client is one, a file is another. */
export interface ConfigStream {
  /** Begins to deliver to `consumer`. Once. */
  start(consumer: ConfigConsumer): void;
  /**
   * Which resources of a type are wanted: names, or all. Replaces what was said before for that type. Resources that are no
   * longer named are forgotten without an update.
   */
  subscribe(typeUrl: string, names: readonly string[] | 'all'): void;
  /** Delivers no more. Idempotent. */
  close(): void;
}

/** Type URLs, in the order in which a change must be applied: make before break. */
export const TYPE_URL = {
  cluster: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  endpoint: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
  listener: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  route: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
  secret: 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
} as const;
