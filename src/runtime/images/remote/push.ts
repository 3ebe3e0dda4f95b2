import { RuntimeError } from '../../errors.js';
import { type Descriptor, type ImageIndex, isIndex, type Manifest } from '../media-types.js';
import type { OciLayout } from '../oci-layout.js';
import type { RegistryClient } from './registry-client.js';

/**
 * Brings an image to a registry: what it lacks of the blobs, then the manifests.
 * @returns descriptor of what the tag names there. Of an index of which this layout holds one platform, that platform's manifest.
 */
export async function pushFrom(
  layout: OciLayout,
  client: RegistryClient,
  descriptor: Descriptor,
  reference: string,
  progress: (line: string) => void,
): Promise<Descriptor> {
  const bytes = await layout.readBytes(descriptor.digest);
  if (isIndex(descriptor.mediaType)) {
    const { manifests } = JSON.parse(bytes.toString()) as ImageIndex;
    const here = await presentOf(layout, manifests);
    const [only] = here;
    if (!only) throw new RuntimeError('BLOB_UNKNOWN', `${descriptor.digest} has no image of this machine's platform`);
    if (here.length < manifests.length) return pushFrom(layout, client, only, reference, progress);
    for (const child of manifests) await pushFrom(layout, client, child, child.digest, progress);
  } else {
    const { config, layers } = JSON.parse(bytes.toString()) as Manifest;
    for (const part of new Map([...layers, config].map((each) => [each.digest, each])).values()) {
      await pushBlob(layout, client, part, progress);
    }
  }
  await client.putManifest(reference, descriptor.mediaType, bytes);
  return { ...descriptor, size: bytes.length };
}

async function pushBlob(
  layout: OciLayout,
  client: RegistryClient,
  part: Descriptor,
  progress: (line: string) => void,
): Promise<void> {
  const name = part.digest.slice('sha256:'.length, 'sha256:'.length + 12);
  if (await client.hasBlob(part.digest)) return progress(`${name}: Layer already exists`);
  await client.putBlob(part, () => layout.openBlob(part.digest));
  progress(`${name}: Pushed`);
}

async function presentOf(layout: OciLayout, manifests: readonly Descriptor[]): Promise<Descriptor[]> {
  const sizes = await Promise.all(manifests.map(({ digest }) => layout.sizeOf(digest)));
  return manifests.filter((_, index) => sizes[index] !== undefined);
}
