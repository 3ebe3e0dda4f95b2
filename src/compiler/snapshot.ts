import type { KubeObject } from '../resources/object.js';

/**
 * Everything that decides what the mesh is, at one moment. Lists of stored objects with
 * their kind, in the storage version. They must not be changed: what is made of an object is remembered by its identity, so that a
 * new snapshot with the same objects in it costs only what is new.
 */
export interface MeshSnapshot extends PolicyObjects {
  readonly config: MeshConfig;
  readonly services: readonly KubeObject[];
  readonly endpoints: readonly KubeObject[];
  readonly endpointSlices: readonly KubeObject[];
  readonly pods: readonly KubeObject[];
  readonly nodes: readonly KubeObject[];
  readonly ingresses: readonly KubeObject[];
  readonly routeRules: readonly KubeObject[];
  readonly destinationPolicies: readonly KubeObject[];
  readonly egressRules: readonly KubeObject[];
  readonly virtualServices: readonly KubeObject[];
  readonly destinationRules: readonly KubeObject[];
  readonly gateways: readonly KubeObject[];
  readonly serviceEntries: readonly KubeObject[];
  readonly workloadEntries: readonly KubeObject[];
  readonly sidecars: readonly KubeObject[];
  readonly envoyFilters: readonly KubeObject[];
  /** Those of type kubernetes.io/tls and generic ones, which Gateways name. */
  readonly secrets: readonly KubeObject[];
}

/** The lists of Mixer's kinds, and which kind each holds. */
export const POLICY_LISTS = {
  rules: 'rule',
  attributeManifests: 'attributemanifest',
  deniers: 'denier',
  listCheckers: 'listchecker',
  memquotas: 'memquota',
  redisquotas: 'redisquota',
  prometheuses: 'prometheus',
  stdios: 'stdio',
  fluentds: 'fluentd',
  kubernetesEnvs: 'kubernetesenv',
  noops: 'noop',
  checkNothings: 'checknothing',
  listEntries: 'listentry',
  quotas: 'quota',
  metrics: 'metric',
  logEntries: 'logentry',
  traceSpans: 'tracespan',
  reportNothings: 'reportnothing',
  kuberneteses: 'kubernetes',
  quotaSpecs: 'QuotaSpec',
  quotaSpecBindings: 'QuotaSpecBinding',
} as const;

export type PolicyList = keyof typeof POLICY_LISTS;
export const POLICY_LIST_NAMES = Object.keys(POLICY_LISTS) as readonly PolicyList[];

export type PolicyObjects = { readonly [List in PolicyList]: readonly KubeObject[] };

export interface MeshConfig {
  /** `cluster.local` */
  readonly clusterDomain: string;
  /** The namespace whose DestinationRules hold where no nearer one does. */
  readonly rootNamespace: string;
  /** What happens to calls of a host that the mesh does not know. */
  readonly outboundTrafficPolicy: 'ALLOW_ANY' | 'REGISTRY_ONLY';
  /** Where proxies find the certificate authorities that are trusted by default. */
  readonly systemCaFile: string;
  /** Unix socket of the server that evaluates policy for proxies which cannot; absent: there is none. */
  readonly policyServer?: string;
}

export const DEFAULT_MESH_CONFIG: MeshConfig = {
  clusterDomain: 'cluster.local',
  rootNamespace: 'istio-system',
  outboundTrafficPolicy: 'ALLOW_ANY',
  systemCaFile: '/etc/ssl/certs/ca-certificates.crt',
};

/** A mesh with nothing in it; spread it and replace the lists that there are. */
export const EMPTY_SNAPSHOT: MeshSnapshot = {
  ...(Object.fromEntries(POLICY_LIST_NAMES.map((list) => [list, []])) as unknown as PolicyObjects),
  config: DEFAULT_MESH_CONFIG,
  services: [],
  endpoints: [],
  endpointSlices: [],
  pods: [],
  nodes: [],
  ingresses: [],
  routeRules: [],
  destinationPolicies: [],
  egressRules: [],
  virtualServices: [],
  destinationRules: [],
  gateways: [],
  serviceEntries: [],
  workloadEntries: [],
  sidecars: [],
  envoyFilters: [],
  secrets: [],
};

/** Which object something comes from. */
export interface ObjectRef {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export function refOf(object: KubeObject): ObjectRef {
  return { kind: object.kind, namespace: namespaceOf(object), name: object.metadata.name };
}

export function namespaceOf(object: KubeObject): string {
  return object.metadata.namespace ?? 'default';
}

/** Something that the mesh cannot do as an object asks; becomes a condition of that object. */
export interface Problem {
  readonly object: ObjectRef;
  readonly type: 'Accepted' | 'ResolvedRefs';
  /** One CamelCase word. */
  readonly reason: string;
  readonly message: string;
}
