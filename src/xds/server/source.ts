import type { Disposable } from '../../base/dispose.js';
import type { Node } from '../types/gen/envoy/config/core/v3/base_pb.js';

/** One resource as it goes over the wire: encoded once, shared by all the streams that carry it. */
export interface XdsResource {
  readonly name: string;
  /** Changes exactly when `body` does; a content hash. */
  readonly version: string;
  /** The encoded message, without the Any around it. */
  readonly body: Uint8Array;
}

/** Everything that one proxy is to have: by type URL, then by resource name. */
export type ResourceSet = ReadonlyMap<string, ReadonlyMap<string, XdsResource>>;

/** What the server serves. The compiler, wired by `main`, is one. */
export interface ConfigSource {
  /** The proxy's whole configuration as of now; undefined while it is not known (the stream then waits). */
  resources(node: Node): ResourceSet | undefined;
  /** Which state of the world `resources` is of; grows with every change, and what there is of one version stays. */
  version(): number;
  /** Calls `listener` whenever some proxy's resources may have changed; the server then asks for each connected proxy again. */
  onChange(listener: () => void): Disposable;
}

/** One answer of a proxy, or what it answers to. */
export interface PushReport {
  readonly node: Node;
  readonly typeUrl: string;
  /** The source's when it was sent. */
  readonly version: number;
  /** Names of what it brought. */
  readonly changed: readonly XdsResource[];
  readonly removed: readonly string[];
}

/** Told what is sent to the proxies, and what they make of it. A proxy may have several streams; each has a key of its own. */
export interface PushObserver {
  connected(node: Node): void;
  disconnected(node: Node): void;
  sent(report: PushReport): void;
  acked(report: PushReport): void;
  /** `message` is the proxy's own, and names the resource and the path of the field. */
  nacked(report: PushReport, message: string): void;
  /** The proxy was sent, and has answered, all that this version has for it. */
  settled(node: Node, version: number): void;
}

/** Type URLs, in the order in which a change must reach a proxy: make before break. */
export const TYPE_URL = {
  cluster: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  endpoint: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
  listener: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  route: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
  secret: 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
  /** Our own: what Mixer's kinds ask of a sidecar. */
  policy: 'type.googleapis.com/trysail.policy.v1.Resource',
} as const;
