import type { Readable } from 'node:stream';

/** The image store as the commands see it. */
export interface ImageCommands {
  build(options: ImageBuildOptions): Promise<ImageSummary>;
  /** Newest first. */
  list(): Promise<ImageSummary[]>;
  find(name: string): Promise<ImageSummary | undefined>;
  /** All that `inspect` prints. Error: NO_SUCH_IMAGE. */
  inspect(name: string): Promise<object>;
  /** Takes the name away, and the image with its last one. */
  remove(name: string): Promise<{ readonly untagged: readonly string[]; readonly deleted: string | undefined }>;
  /** Gives an image another name. */
  tag(source: string, target: string): Promise<void>;
  /** Removes what no name leads to. */
  prune(): Promise<{ readonly blobs: number; readonly bytes: number }>;
  pull(name: string, options: ImageTransferOptions): Promise<ImageSummary>;
  /** A name without a registry means the mesh's own. @returns where it is now */
  push(name: string, options: ImageTransferOptions): Promise<PushedImage>;
  /** @param source file, folder, `-`, `docker://NAME` or `podman://NAME` */
  import(source: string, tags: readonly string[], stdin: Readable): Promise<ImageSummary[]>;
  export(names: readonly string[], write: (archive: Readable) => Promise<void>): Promise<void>;
  registry(): Promise<RegistryAccess>;
  /** Base images for which this machine's file system stands, the user's first. */
  mappings(): Promise<readonly ImageMapping[]>;
  map(pattern: string, programs: readonly string[]): Promise<readonly string[]>;
  unmap(pattern: string): Promise<void>;
}

export interface ImageBuildOptions {
  readonly tags: readonly string[];
  /** Folder, or undefined for a Dockerfile alone. */
  readonly context: string;
  readonly dockerfile?: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly target?: string;
  /** Ask the registries for base images, mapped ones too. */
  readonly pull?: boolean;
  readonly onOutput: (line: string) => void;
}

export interface ImageTransferOptions {
  readonly username?: string;
  readonly password?: string;
  readonly insecure: boolean;
  readonly progress: (line: string) => void;
}

export interface PushedImage {
  /** `127.0.0.1:5000/shop/cart`; undefined when the mesh's registry does not run. */
  readonly repository: string | undefined;
  readonly tag: string;
  readonly digest: string;
  readonly size: number;
}

export interface RegistryAccess {
  /** `127.0.0.1:5000`; undefined when the mesh does not run. */
  readonly address: string | undefined;
  readonly username: string;
  /** Undefined before the first `trysail up`. */
  readonly password: string | undefined;
}

export interface ImageMapping {
  readonly pattern: string;
  readonly programs: readonly string[];
  /** Of the programs, those that this machine lacks. */
  readonly missing: readonly string[];
  readonly own: boolean;
}

export interface ImageSummary {
  /** `sha256:…` */
  readonly id: string;
  /** Of the manifest: `sha256:…` */
  readonly digest: string;
  /** `docker.io/library/node:20` */
  readonly names: readonly string[];
  /** RFC 3339. */
  readonly created: string;
  readonly size_bytes: number;
  readonly config: object;
}
