import type { ServerTls } from '../../resources/istio/gateway/types.js';
import type {
  CorsPolicy,
  Headers,
  HttpMatchRequest,
  HttpRedirect,
  TlsMatch,
} from '../../resources/istio/virtualservice/types.js';
import type { KubeObject } from '../../resources/object.js';
import type { EnvoyFilterModel } from '../envoy-filter/patch-types.js';
import type { PolicyModel } from '../policy/policy-model.js';
import type { MeshConfig, ObjectRef, Problem } from '../snapshot.js';
import type { DestinationRuleModel } from './destination-types.js';
import type { Locality } from './locality.js';

export type Labels = Readonly<Record<string, string>>;

/** The mesh as it is at one moment, with nothing of how any proxy sees it. Plain data. */
export interface Mesh {
  readonly config: MeshConfig;
  /** By host name, in order of creation: the first that has the name. */
  readonly services: ReadonlyMap<string, Service>;
  /** Others with a name, each in another namespace: there it holds. */
  readonly alternatives: ReadonlyMap<string, readonly Service[]>;
  /** By `namespace/name`. */
  readonly workloads: ReadonlyMap<string, Workload>;
  /** In order of age: of two that claim a host, the first wins. */
  readonly routeTables: readonly RouteTable[];
  readonly destinationRules: ReadonlyMap<string, readonly DestinationRuleModel[]>;
  readonly gateways: readonly GatewayModel[];
  /** By `namespace/name`. */
  readonly secrets: ReadonlyMap<string, KubeObject>;
  /** In order of age. */
  readonly sidecars: readonly SidecarModel[];
  /** In the order in which they apply. */
  readonly envoyFilters: readonly EnvoyFilterModel[];
  /** Whether any rule holds only for callers with certain labels. */
  readonly rulesAskForCaller: boolean;
  /** Absent where no rule of Mixer's kinds does anything. */
  readonly policy?: PolicyModel;
  readonly problems: readonly Problem[];
}

/** A pod. */
export interface Workload {
  readonly labels: Labels;
  /** TCP ports that its containers declare, without the sidecar's. */
  readonly ports: readonly PodPort[];
  readonly locality?: Locality;
  /** Name of its node. */
  readonly node?: string;
}

export interface PodPort {
  readonly port: number;
  readonly name: string;
}

export interface Service {
  /** `reviews.shop.svc.cluster.local`, or the host of a service outside. */
  readonly hostname: string;
  readonly name: string;
  readonly namespace: string;
  readonly origin: ObjectRef;
  /** Where programs find it; empty for headless services and most that are outside. */
  readonly addresses: readonly string[];
  /**
   * How its endpoints are known: from the mesh, by DNS (all addresses of a name, or one after the other), or as the address that the
   * program called.
   */
  readonly resolution: 'endpoints' | 'dns' | 'dnsRoundRobin' | 'original';
  readonly ports: readonly ServicePort[];
  /** Labels of its pods; absent for services without pods. */
  readonly selector?: Labels;
  /** Namespaces that see it; absent: all. */
  readonly exportTo?: readonly string[];
  /** Names that its certificate may have; absent: not told. */
  readonly subjectAltNames?: readonly string[];
  /** Callers use only endpoints of their own node. */
  readonly nodeLocal?: true;
  /** `PreferClose`, `PreferSameZone` or `PreferSameNode`; absent: all endpoints alike. */
  readonly trafficDistribution?: string;
  /** It is made of more than one Service and its Endpoints. */
  readonly composite?: true;
  /** What an ExternalName stands for. */
  readonly externalName?: string;
  /** Services of type ExternalName that stand for it. */
  readonly aliases?: readonly { readonly hostname: string; readonly namespace: string }[];
}

/** `tls`: TLS that is passed on, told apart by server name; `auto`: HTTP where the first bytes are, else TCP. */
export type Protocol = 'http' | 'http2' | 'tcp' | 'tls' | 'auto';

export interface ServicePort {
  readonly number: number;
  readonly name: string;
  readonly protocol: Protocol;
  /** Number, or name of a container's port; the same as `number` where absent. */
  readonly targetPort?: number | string;
  /** Where the program's own address is used: the port there in place of the one that it called. */
  readonly passthroughPort?: number;
  readonly endpoints: readonly Endpoint[];
}

export interface Endpoint {
  /** IP address; a host where the service's resolution is dns. */
  readonly address: string;
  readonly port: number;
  readonly labels: Labels;
  readonly weight?: number;
  readonly locality?: Locality;
  /** Name of its pod's node. */
  readonly node?: string;
  readonly network?: string;
}

/** The routes of a VirtualService, whichever kind it was written as. */
export interface RouteTable {
  readonly namespace: string;
  /** What its user wrote: one VirtualService, or several of an older kind. */
  readonly origins: readonly ObjectRef[];
  readonly hosts: readonly string[];
  /** `mesh`, or `namespace/name`. */
  readonly gateways: readonly string[];
  readonly exportTo?: readonly string[];
  /** The first that matches applies. */
  readonly routes: readonly Route[];
  /** TLS connections that pass through, told apart by server name. */
  readonly tls: readonly L4Route[];
  readonly tcp: readonly L4Route[];
}

/** Where connections go that are not looked into. */
export interface L4Route {
  readonly origin: ObjectRef;
  /** As {@link Route.field}: `spec.tcp[0]`. */
  readonly field: string;
  /** Any of these; empty: every connection. */
  readonly matches: readonly L4Match[];
  readonly destinations: readonly WeightedDestination[];
}

/** sniHosts only for TLS. */
export interface L4Match extends Omit<TlsMatch, 'gateways'> {
  /** As {@link RouteTable.gateways}; absent: those of the table. */
  readonly gateways?: readonly string[];
}

export interface Route {
  readonly name: string;
  readonly origin: ObjectRef;
  /** Which field of its origin says it: `spec.http[0]`, or `spec` where the whole object is one route. */
  readonly field: string;
  /** Any of these; empty: every request. */
  readonly matches: readonly Match[];
  readonly action: ForwardAction | RedirectAction | DirectResponseAction;
  readonly fault?: Fault;
  readonly corsPolicy?: CorsPolicy;
  readonly headers?: Headers;
}

export interface Match extends Omit<HttpMatchRequest, 'gateways'> {
  /** As {@link RouteTable.gateways}; absent: those of the table. */
  readonly gateways?: readonly string[];
  /** As {@link Route.field}: `spec.http[0].match[1]`. */
  readonly field: string;
}

export interface ForwardAction {
  readonly kind: 'forward';
  readonly destinations: readonly WeightedDestination[];
  readonly rewrite?: {
    readonly uri?: string;
    readonly authority?: string;
    readonly uriRegexRewrite?: { readonly match: string; readonly rewrite: string };
  };
  /** 0: none. */
  readonly timeout_ms: number;
  /** Absent: the mesh's default. */
  readonly retries?: Retries;
  readonly mirrors: readonly { readonly destination: Destination; readonly percent: number }[];
}

export interface RedirectAction extends HttpRedirect {
  readonly kind: 'redirect';
}

export interface DirectResponseAction {
  readonly kind: 'directResponse';
  readonly status: number;
  readonly body?: string;
  /** In Base64; instead of `body` for what is no text. */
  readonly bodyBytes?: string;
}

export interface Destination {
  readonly host: string;
  readonly subset?: string;
  readonly port?: number;
}

export interface WeightedDestination extends Destination {
  readonly weight: number;
  readonly headers?: Headers;
}

export interface Retries {
  /** 0: none. */
  readonly attempts: number;
  readonly perTryTimeout_ms?: number;
  /** Envoy's conditions and status codes, by comma; absent: the mesh's default. */
  readonly retryOn?: string;
  /** Whether a retry avoids the endpoints that failed already; true where absent. */
  readonly ignorePreviousHosts?: boolean;
  readonly remoteLocalities?: boolean;
  /** Least wait before the first retry; absent: Envoy's 25 ms. */
  readonly backoff_ms?: number;
}

export interface Fault {
  readonly delay?: { readonly percent: number; readonly fixedDelay_ms: number };
  /** One of the two codes. */
  readonly abort?: { readonly percent: number; readonly httpStatus?: number; readonly grpcStatus?: number };
}

/** How a server ends TLS. */
export interface ServerTlsModel extends Omit<ServerTls, 'mode'> {
  readonly mode: 'SIMPLE' | 'MUTUAL' | 'OPTIONAL_MUTUAL';
  /** Secrets of the gateway's pods' namespace; empty: files. */
  readonly secrets: readonly string[];
  readonly files: readonly { readonly certificate: string; readonly key: string }[];
}

/** A Sidecar: what some pods take and what they reach. */
export interface SidecarModel {
  readonly origin: ObjectRef;
  readonly namespace: string;
  /** Labels of the pods; absent: all of the namespace. */
  readonly selector?: Labels;
  /** Empty: everything that is exported to the namespace. */
  readonly egress: readonly EgressModel[];
  /** Empty: the ports of the pod's services. */
  readonly ingress: readonly IngressModel[];
  readonly outboundTrafficPolicy?: MeshConfig['outboundTrafficPolicy'];
}

export interface EgressModel {
  /** Namespace `*`: any; `.`: the pod's own. */
  readonly hosts: readonly { readonly namespace: string; readonly host: string; readonly isExcluded: boolean }[];
  /** Whether it listens on its own, for programs that call it, rather than taking what was captured. */
  readonly listens: boolean;
  /** Absent: the ports of the services. */
  readonly port?: number;
  readonly protocol?: Protocol;
  readonly bind?: string;
}

export interface IngressModel {
  readonly port: number;
  readonly protocol: Protocol;
  /** As {@link EgressModel.listens}. */
  readonly listens: boolean;
  readonly bind?: string;
  /** Where the application is; absent: at the port that was called. */
  readonly endpoint?: { readonly at: 'loopback' | 'pod'; readonly port: number };
}

export interface GatewayModel {
  /** `namespace/name` */
  readonly key: string;
  readonly origins: readonly ObjectRef[];
  readonly selector: Labels;
  readonly servers: readonly GatewayServer[];
}

export interface GatewayServer {
  /** `spec.servers[0]` */
  readonly field: string;
  readonly name?: string;
  /** As written; the proxy may listen on another. */
  readonly port: number;
  readonly portName: string;
  /** `https` and `tls` end TLS here; `passthrough` is TLS that does not end here. */
  readonly kind: 'http' | 'https' | 'tcp' | 'tls' | 'passthrough';
  /** Absent: every address. */
  readonly bind?: string;
  readonly httpsRedirect: boolean;
  readonly tls?: ServerTlsModel;
  /** Namespace `*`: VirtualServices of any. */
  readonly hosts: readonly { readonly namespace: string; readonly host: string }[];
}
