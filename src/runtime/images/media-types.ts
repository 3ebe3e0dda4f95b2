/** Media types of OCI image-spec v1.1 and of Docker's image manifest v2, schema 2, which registries still give out. */
export const MEDIA = {
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  index: 'application/vnd.oci.image.index.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  layerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
} as const;

export const MANIFEST_BYTES_MAX = 4 * 1024 * 1024;
/** As the reference registry's. */
export const BLOB_BYTES_MAX = 10 * 1024 ** 3;

export function isIndex(mediaType: string): boolean {
  return mediaType === MEDIA.index || mediaType === MEDIA.dockerList;
}

export function isManifest(mediaType: string): boolean {
  return mediaType === MEDIA.manifest || mediaType === MEDIA.dockerManifest;
}

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Platform;
  readonly artifactType?: string;
}

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

export interface Manifest {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface ImageIndex {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly manifests: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

/** Go's name of this machine's architecture, as images have it. */
export function thisArchitecture(): string {
  return ARCHITECTURES[process.arch] ?? process.arch;
}

/** Of an index's images, the one for Linux on this machine's architecture. */
export function forThisMachine(manifests: readonly Descriptor[]): Descriptor | undefined {
  const fits = ({ platform }: Descriptor) => platform?.os === 'linux' && platform.architecture === thisArchitecture();
  return manifests.find(fits) ?? manifests.find(({ platform, mediaType }) => !platform && isManifest(mediaType));
}

/** `linux/amd64, linux/arm64/v8` */
export function platformsOf(manifests: readonly Descriptor[]): string {
  const names = manifests.flatMap(({ platform }) =>
    platform ? [[platform.os, platform.architecture, platform.variant].filter(Boolean).join('/')] : [],
  );
  return names.join(', ') || 'none';
}
