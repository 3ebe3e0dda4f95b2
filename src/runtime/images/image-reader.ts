import { RuntimeError } from '../errors.js';
import type { Image, ImageConfig } from './image.js';
import { type Descriptor, forThisMachine, type ImageIndex, type Manifest, platformsOf } from './media-types.js';
import type { OciLayout } from './oci-layout.js';

/** Label of an image that is laid over this machine's files: the name of the base that these stand for. */
export const HOST_BASE_LABEL = 'io.trysail.base';

/** An image's configuration as it is stored (image-spec v1.1, config.md). */
export interface StoredConfig {
  readonly created?: string;
  readonly os?: string;
  readonly architecture?: string;
  readonly variant?: string;
  readonly config?: ImageConfig;
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly string[] };
  readonly history?: readonly HistoryEntry[];
}

export interface HistoryEntry {
  readonly created?: string;
  readonly created_by?: string;
  readonly empty_layer?: boolean;
}

export interface StoredImage {
  /** Digest of the manifest that was chosen. */
  readonly digest: string;
  readonly manifest: Manifest;
  readonly config: StoredConfig;
}

/** Reads a manifest; of an index, that of this machine's platform. Error: NO_SUCH_PLATFORM. */
export async function readStored(layout: OciLayout, digest: string): Promise<StoredImage> {
  const value = await layout.readJson<Manifest | ImageIndex>(digest);
  if ('manifests' in value) {
    const chosen = forThisMachine(value.manifests);
    if (chosen) return readStored(layout, chosen.digest);
    throw new RuntimeError('NO_SUCH_PLATFORM', `no image for this machine; there are: ${platformsOf(value.manifests)}`);
  }
  return { digest, manifest: value, config: await layout.readJson<StoredConfig>(value.config.digest) };
}

/** @param digest of the manifest or index that the names point to */
export function imageOf(digest: string, { manifest, config }: StoredImage, names: readonly string[]): Image {
  const hostBase = config.config?.Labels?.[HOST_BASE_LABEL];
  return {
    id: manifest.config.digest,
    digest,
    names,
    config: config.config ?? {},
    ...(hostBase === undefined ? {} : { hostBase }),
    created: config.created ?? '1970-01-01T00:00:00Z',
    size_bytes: manifest.layers.reduce((sum, layer) => sum + layer.size, 0),
  };
}

/** Digests of all that a manifest or index needs, itself among them; of what is not here, nothing. */
export async function closureOf(layout: OciLayout, digest: string): Promise<Set<string>> {
  const found = new Set([digest]);
  const value = await layout.readJson<Partial<Manifest & ImageIndex>>(digest).catch(() => undefined);
  for (const { digest: child } of value?.manifests ?? []) {
    for (const each of await closureOf(layout, child)) found.add(each);
  }
  const parts: readonly (Descriptor | undefined)[] = [value?.config, ...(value?.layers ?? [])];
  for (const part of parts) if (part) found.add(part.digest);
  return found;
}
