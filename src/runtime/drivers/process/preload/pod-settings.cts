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
  /** The sidecar's outbound listener on podIP, which takes PROXY protocol v2; absent without a sidecar. */
  readonly outboundPort?: number;
}
