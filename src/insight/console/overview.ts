/** Where the console's data comes from; `main` makes one over the live mesh. */
export interface OverviewSource {
  /** The mesh right now. Cheap enough to be asked once a second by each open page. */
  overview(): Overview;
}

/** The body of `GET /api/overview`, as JSON: all that the page shows, each list in the order in which it is shown. */
export interface Overview {
  readonly mesh: MeshFacts;
  readonly services: readonly ServiceFacts[];
  readonly pods: readonly PodFacts[];
  readonly rules: readonly RuleFacts[];
  readonly proxies: readonly ProxyFacts[];
}

export interface MeshFacts {
  readonly name: string;
  readonly version: string;
  readonly driver: string;
  /** Why this driver, in a few words. */
  readonly driverReason: string;
  /** URLs. */
  readonly ingress: string;
  readonly apiServer: string;
  /** File, for `KUBECONFIG`. */
  readonly kubeconfig: string;
}

export interface ServiceFacts {
  readonly namespace: string;
  readonly name: string;
  /** Empty where it has none. */
  readonly clusterIp: string;
  /** `http 8080/TCP` */
  readonly ports: readonly string[];
  readonly endpoints: EndpointCount;
  /** By the label `version` of the pods behind it; those without one are in `endpoints` alone. */
  readonly versions: readonly (EndpointCount & { readonly name: string })[];
}

export interface EndpointCount {
  readonly ready: number;
  readonly total: number;
}

/** As `kubectl get pods -o wide` says it; empty strings for what is not known yet. */
export interface PodFacts {
  readonly namespace: string;
  readonly name: string;
  readonly ready: string;
  readonly status: string;
  readonly restarts: string;
  readonly node: string;
  readonly ip: string;
}

export interface RuleFacts {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly conditions: readonly {
    /** `Accepted`: the mesh does what it says; `ResolvedRefs`: everything that it names exists. */
    readonly type: string;
    readonly holds: boolean;
    readonly reason: string;
    readonly message: string;
  }[];
}

export interface ProxyFacts {
  /** The node id of its xDS stream. */
  readonly id: string;
  readonly types: readonly {
    /** `Cluster`, `Listener`, …: the last part of the type URL. */
    readonly name: string;
    readonly accepted: boolean;
    /** The proxy's own words when it refused. */
    readonly message?: string;
  }[];
}
