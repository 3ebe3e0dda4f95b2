import { closureOf } from './image-reader.js';
import type { OciLayout } from './oci-layout.js';
import { RegistryCatalog } from './registry/catalog.js';
import type { RootfsFolders } from './rootfs-folders.js';

export interface Pruned {
  readonly blobs: number;
  readonly bytes: number;
}

/** Digests of all that a name, or the registry, leads to. */
export async function referencedDigests(layout: OciLayout): Promise<Set<string>> {
  const named = (await layout.readIndex()).manifests.map(({ digest }) => digest);
  const roots = new Set([...named, ...(await new RegistryCatalog(layout).pushedDigests())]);
  const closures = await Promise.all([...roots].map((digest) => closureOf(layout, digest)));
  return new Set(closures.flatMap((closure) => [...closure]));
}

/** Removes blobs and unpacked files that nothing leads to; a push that is under way must begin anew. */
export async function removeUnreferenced(layout: OciLayout, folders: RootfsFolders): Promise<Pruned> {
  const kept = await referencedDigests(layout);
  let [blobs, bytes] = [0, 0];
  for (const digest of await layout.digests()) {
    if (kept.has(digest)) continue;
    bytes += (await layout.sizeOf(digest)) ?? 0;
    blobs++;
    await layout.removeBlob(digest);
  }
  for (const id of await folders.ids()) if (!kept.has(id)) await folders.remove(id);
  return { blobs, bytes };
}

/** Removes what an image that lost its last name does not share with others. @returns whether the registry does not hold it either */
export async function removeOwnBlobs(layout: OciLayout, folders: RootfsFolders, digest: string): Promise<boolean> {
  const own = await closureOf(layout, digest);
  const kept = await referencedDigests(layout);
  for (const blob of own) {
    if (kept.has(blob)) continue;
    await layout.removeBlob(blob);
    await folders.remove(blob);
  }
  return !kept.has(digest);
}
