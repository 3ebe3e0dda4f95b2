import { copyFile, link, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { RuntimeError } from '../../errors.js';
import { parseImageName } from '../image-name.js';
import { closureOf, readStored } from '../image-reader.js';
import type { ImageStore } from '../image-store.js';
import { type Descriptor, MEDIA } from '../media-types.js';
import { NAME_ANNOTATION, TAG_ANNOTATION } from '../names.js';
import { withScratch } from '../scratch.js';
import { tarOf } from '../tar.js';

/**
 * Writes images as one tar: an OCI image layout which, by its `manifest.json`, is an archive for `docker load` too.
 * Error: NO_SUCH_IMAGE.
 */
export async function exportArchive(
  store: ImageStore,
  names: readonly string[],
  write: (archive: Readable) => Promise<void>,
): Promise<void> {
  await withScratch(path.join(store.options.dir, 'scratch'), async (folder) => {
    const manifests: Descriptor[] = [];
    const docker: object[] = [];
    for (const name of names) {
      const entry = await store.entry(name);
      if (!entry) throw new RuntimeError('NO_SUCH_IMAGE', `No such image: ${name}`, 'See `trysail image list`.');
      // Of an index, the one image that is here.
      const { digest, manifest } = await readStored(store.layout, entry.digest);
      await copyBlobs(store, digest, folder);
      const { full, tag, familiar } = nameFor(name, entry);
      manifests.push({
        mediaType: manifest.mediaType ?? MEDIA.manifest,
        digest,
        size: (await store.layout.sizeOf(digest)) ?? 0,
        annotations: { [NAME_ANNOTATION]: full, [TAG_ANNOTATION]: tag },
      });
      const layers = manifest.layers.map((layer) => fileOf(layer.digest));
      docker.push({ Config: fileOf(manifest.config.digest), RepoTags: [familiar], Layers: layers });
    }
    await writeFile(path.join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
    await writeFile(
      path.join(folder, 'index.json'),
      JSON.stringify({ schemaVersion: 2, mediaType: MEDIA.index, manifests }),
    );
    await writeFile(path.join(folder, 'manifest.json'), JSON.stringify(docker));
    await write(Readable.from(tarOf(folder)));
  });
}

/** The name that was asked for; for an id, one that the image has. */
function nameFor(name: string, entry: Descriptor) {
  const stored = entry.annotations?.[NAME_ANNOTATION];
  const isId = /^(sha256:)?[0-9a-f]{4,64}$/.test(name) && stored !== undefined;
  return parseImageName(isId ? stored : name);
}

async function copyBlobs(store: ImageStore, digest: string, folder: string): Promise<void> {
  for (const blob of await closureOf(store.layout, digest)) {
    const place = path.join(folder, fileOf(blob));
    await mkdir(path.dirname(place), { recursive: true });
    const source = store.layout.blobFile(blob);
    // A link costs nothing; some file systems have none.
    await link(source, place).catch(() => copyFile(source, place));
  }
}

function fileOf(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}
