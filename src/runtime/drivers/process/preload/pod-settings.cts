/** What the driver tells the preload, through the environment of the container; one JSON value, inherited by children. */
export interface PreloadSettings {
  /** Owned by the sidecar: its listeners, and where the pod's DNS answers. */
  readonly podIP: string;
  /** Where the application really listens; the same as podIP without a sidecar. */
  readonly appIP: string;
  readonly hostname: string;
  /** As /etc/hosts of a pod: its own name and its host aliases, in lower case. */
  readonly hosts: Readonly<Record<string, string>>;
  readonly dns: {
    readonly port: number;
    readonly searches: readonly string[];
    readonly ndots: number;
  };
  /** The outbound listener on podIP, of the sidecar or of what stands in its place; it takes PROXY protocol v2. */
  readonly outboundPort: number;
  /** IPv4 addresses that are reached through it, CIDR; names are in any case. Absent with a sidecar: all are. */
  readonly capturedRange?: string;
}
