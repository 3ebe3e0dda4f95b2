/** The image store as the commands see it. */
export interface ImageCommands {
  build(options: ImageBuildOptions): Promise<ImageSummary>;
  /** Newest first. */
  list(): Promise<ImageSummary[]>;
  find(name: string): Promise<ImageSummary | undefined>;
  /** Takes the name away, and the image with its last one. */
  remove(name: string): Promise<void>;
}

export interface ImageBuildOptions {
  readonly tags: readonly string[];
  readonly context: string;
  readonly dockerfile?: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly onOutput: (line: string) => void;
}

export interface ImageSummary {
  /** `sha256:…` */
  readonly id: string;
  /** `docker.io/library/node:20` */
  readonly names: readonly string[];
  /** RFC 3339. */
  readonly created: string;
  readonly size_bytes: number;
  readonly config: object;
}
