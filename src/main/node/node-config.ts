import { join } from 'node:path';

/** What a node process is started with: a JSON file that the control plane writes. Paths are absolute. */
export interface NodeConfig {
  /** One at least; all of this machine, so that one driver and one proxy serve them. */
  readonly nodes: readonly NodeIdentity[];
  readonly driver: 'netns' | 'process';
  readonly kubeconfig: string;
  /** Unix socket of the ADS server. */
  readonly adsSocket: string;
  /** Unix socket of the policy server. */
  readonly policySocket: string;
  /** Of the process. */
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

/** One node as the API knows it. */
export interface NodeIdentity {
  readonly name: string;
  readonly region: string;
  readonly zone: string;
  /** Unix socket at which its agent answers. */
  readonly agentSocket: string;
  /** Holds logs, and volumes of pods. */
  readonly stateDir: string;
}

/** The folder of the driver with networks of its own. */
export function netnsFolder(runDir: string): string {
  return join(runDir, 'netns');
}
