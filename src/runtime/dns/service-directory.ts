/** What the name server knows of the mesh's services. */
export interface ServiceDirectory {
  service(namespace: string, name: string): DnsService | undefined;
  hasNamespace(namespace: string): boolean;
  /** The service that has this cluster IP. */
  serviceAt(clusterIP: string): DnsService | undefined;
  /** The services that have a pod with this address among their endpoints. */
  endpointsAt(podIP: string): readonly EndpointOf[];
}

export interface EndpointOf {
  readonly namespace: string;
  /** Of the service. */
  readonly service: string;
  readonly endpoint: DnsEndpoint;
}

export interface DnsService {
  readonly namespace: string;
  readonly name: string;
  /** Absent: headless, or an alias. */
  readonly clusterIP?: string;
  /** The name that this one stands for (type ExternalName). */
  readonly externalName?: string;
  readonly ports: readonly DnsPort[];
  /** Of a headless service: the pods that may be found. */
  readonly endpoints: readonly DnsEndpoint[];
}

export interface DnsPort {
  readonly name?: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly port: number;
}

export interface DnsEndpoint {
  readonly ip: string;
  readonly hostname?: string;
}
