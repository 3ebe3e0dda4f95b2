/** What a node process is started with: a JSON file that the control plane writes. Paths are absolute. */
export interface NodeConfig {
  readonly nodeName: string;
  readonly region: string;
  readonly zone: string;
  readonly driver: 'netns' | 'process';
  readonly kubeconfig: string;
  /** Unix sockets: of the ADS server, and the one at which this agent answers. */
  readonly adsSocket: string;
  readonly agentSocket: string;
  /** Holds logs, and volumes of pods. */
  readonly stateDir: string;
  readonly imagesDir: string;
  /** An empty folder for what lives only as long as the process. */
  readonly runDir: string;
  /** Addresses of this node's pods, CIDR. */
  readonly podRange: string;
  /** All addresses of pods and services, CIDR. */
  readonly meshRanges: readonly string[];
  /** Cluster IPs of services, CIDR. */
  readonly serviceRange: string;
  readonly dnsServer: string;
  /** Cluster IP of the service `kubernetes`. */
  readonly apiService: string;
  readonly clusterDomain: string;
}
