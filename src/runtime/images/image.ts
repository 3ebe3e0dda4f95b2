/** The part of an OCI image configuration that running it needs (image-spec v1.1, config.md). */
export interface ImageConfig {
  /** `NAME=value` */
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir?: string;
  readonly User?: string;
  /** `8080/tcp` */
  readonly ExposedPorts?: Readonly<Record<string, Record<string, never>>>;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly Volumes?: Readonly<Record<string, Record<string, never>>>;
  readonly StopSignal?: string;
  /** Docker's extension; kept, not run: Kubernetes does not run it either. */
  readonly Healthcheck?: Healthcheck;
  /** Instructions for images that are built on this one; Docker's extension. */
  readonly OnBuild?: readonly string[];
  /** What the shell form is given to; Docker's extension. */
  readonly Shell?: readonly string[];
}

/** Durations in nanoseconds, as Docker has them. */
export interface Healthcheck {
  readonly Test: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}

export interface Image {
  /** Digest of the configuration: `sha256:…` */
  readonly id: string;
  /** Digest of the manifest, or of the index that it was taken from. */
  readonly digest: string;
  /** Complete names that point to it now. */
  readonly names: readonly string[];
  readonly config: ImageConfig;
  /** Name of the base image that this machine's file system stands for; absent for an image with all files of its own. */
  readonly hostBase?: string;
  /** RFC 3339. */
  readonly created: string;
  readonly size_bytes: number;
}
