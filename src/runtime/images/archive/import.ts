import { createReadStream } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { codeOf, messageOf } from '../../../base/errors.js';
import { RuntimeError } from '../../errors.js';
import type { Image } from '../image.js';
import { parseImageName } from '../image-name.js';
import { readStored } from '../image-reader.js';
import type { ImageStore } from '../image-store.js';
import { parseManifest } from '../manifest-check.js';
import { type Descriptor, forThisMachine, type ImageIndex, MEDIA } from '../media-types.js';
import { NAME_ANNOTATION, TAG_ANNOTATION } from '../names.js';
import { withScratch } from '../scratch.js';
import { unpackLayer } from '../unpack-layer.js';

interface DockerImage {
  readonly Config: string;
  readonly RepoTags?: readonly string[] | null;
  readonly Layers: readonly string[];
}

const JSON_BYTES_MAX = 4 * 1024 * 1024;
const GZIP = '1f8b';

/**
 * Takes the images of an archive into the store: a tar, plain or gzip, of an OCI image layout, or of what `docker save` writes.
 * @param tags names for its only image, instead of those that it has. Errors: ARCHIVE_INVALID, DIGEST_MISMATCH, NO_IMAGE_NAME.
 */
export async function importArchive(store: ImageStore, archive: Readable, tags: readonly string[]): Promise<Image[]> {
  return withScratch(path.join(store.options.dir, 'scratch'), async (folder) => {
    try {
      await unpackLayer(archive, folder);
    } catch (error) {
      throw invalid(messageOf(error), error);
    }
    return importFolder(store, folder, tags);
  });
}

/** The same of a folder: an OCI image layout, or an unpacked archive. */
export async function importFolder(store: ImageStore, folder: string, tags: readonly string[]): Promise<Image[]> {
  const docker = await readJson<DockerImage[]>(folder, 'manifest.json');
  const index = await readJson<ImageIndex>(folder, 'index.json');
  if (!docker && !index) throw invalid('it has neither an index.json nor a manifest.json');
  const found = index
    ? await fromLayout(store, folder, index, docker ?? [])
    : await fromDocker(store, folder, docker ?? []);
  if (found.length === 0) throw invalid('it has no image');
  if (tags.length > 0 && found.length > 1) {
    throw new RuntimeError(
      'ARCHIVE_INVALID',
      `Cannot name the archive's ${found.length} images: --tag takes one image`,
    );
  }
  const images: Image[] = [];
  for (const { descriptor, names } of found) {
    const wanted = tags.length > 0 ? tags : names;
    if (wanted.length === 0) {
      const message = `The archive's image ${descriptor.digest} has no name`;
      throw new RuntimeError('NO_IMAGE_NAME', message, 'Give it one with --tag NAME[:TAG].');
    }
    await store.tag(descriptor, wanted.map(parseImageName));
    const image = await store.find(wanted[0]!);
    if (!image) throw invalid(`${wanted[0]} cannot be read`);
    await store.rootfs(image);
    images.push({ ...image, names: wanted.map((each) => parseImageName(each).full) });
  }
  return images;
}

interface Found {
  readonly descriptor: Descriptor;
  readonly names: readonly string[];
}

async function fromLayout(
  store: ImageStore,
  folder: string,
  index: ImageIndex,
  docker: readonly DockerImage[],
): Promise<Found[]> {
  const checked = parseManifest(Buffer.from(JSON.stringify(index)));
  if (!('manifests' in checked)) throw invalid('its index.json is no index');
  const byDigest = new Map<string, { descriptor: Descriptor; names: string[] }>();
  for (const entry of checked.manifests) {
    await copyManifest(store, folder, entry);
    const config = await readStored(store.layout, entry.digest).catch(() => undefined);
    if (!config) throw invalid(`${entry.digest} is no image for this machine`);
    const found = byDigest.get(entry.digest) ?? { descriptor: entry, names: [] };
    const name = layoutName(entry);
    const same = docker.find(({ Config }) => Config.endsWith(config.manifest.config.digest.replace('sha256:', '')));
    found.names.push(...(name === undefined ? (same?.RepoTags ?? []) : [name]));
    byDigest.set(entry.digest, found);
  }
  return [...byDigest.values()];
}

/** containerd's whole name; else what the layout's own annotation has, if that is more than a tag. */
function layoutName({ annotations = {} }: Descriptor): string | undefined {
  const reference = annotations[TAG_ANNOTATION];
  return annotations[NAME_ANNOTATION] ?? (reference && /[/:]/.test(reference) ? reference : undefined);
}

async function copyManifest(store: ImageStore, folder: string, entry: Descriptor): Promise<void> {
  const bytes = await readFile(await inside(folder, `blobs/${entry.digest.replace(':', '/')}`));
  const manifest = parseManifest(bytes);
  if ('manifests' in manifest) {
    const chosen = forThisMachine(manifest.manifests);
    if (!chosen) throw invalid(`${entry.digest} has no image for this machine`);
    await copyManifest(store, folder, chosen);
  } else {
    for (const part of [manifest.config, ...manifest.layers]) await copyBlob(store, folder, part);
  }
  await copyBlob(store, folder, entry);
}

async function copyBlob(store: ImageStore, folder: string, { mediaType, digest, size }: Descriptor): Promise<void> {
  if ((await store.layout.sizeOf(digest)) === size) return;
  const file = await inside(folder, `blobs/${digest.replace(':', '/')}`);
  await store.layout.writeBlob(mediaType, createReadStream(file), digest);
}

async function fromDocker(store: ImageStore, folder: string, images: readonly DockerImage[]): Promise<Found[]> {
  if (!Array.isArray(images)) throw invalid('its manifest.json is no list');
  const found: Found[] = [];
  for (const { Config, RepoTags, Layers } of images) {
    if (typeof Config !== 'string' || !Array.isArray(Layers))
      throw invalid('its manifest.json names no Config or Layers');
    const config = await store.layout.writeBlob(MEDIA.config, createReadStream(await inside(folder, Config)));
    const layers: Descriptor[] = [];
    for (const layer of Layers) layers.push(await copyLayer(store, await inside(folder, String(layer))));
    await checkLayers(store, config, layers);
    const manifest = { schemaVersion: 2, mediaType: MEDIA.manifest, config, layers };
    found.push({ descriptor: await store.layout.writeJson(MEDIA.manifest, manifest), names: RepoTags ?? [] });
  }
  return found;
}

async function copyLayer(store: ImageStore, file: string): Promise<Descriptor> {
  const first = createReadStream(file, { end: 1 });
  let magic = '';
  for await (const chunk of first as AsyncIterable<Buffer>) magic += chunk.toString('hex');
  return store.layout.writeBlob(magic === GZIP ? MEDIA.layerGzip : MEDIA.layer, createReadStream(file));
}

/** The configuration has the digests of its layers as they are unpacked. */
async function checkLayers(store: ImageStore, config: Descriptor, layers: readonly Descriptor[]): Promise<void> {
  const { rootfs } = await store.layout.readJson<{ rootfs?: { diff_ids?: readonly string[] } }>(config.digest);
  const ids = rootfs?.diff_ids ?? [];
  if (ids.length !== layers.length)
    throw invalid(`its configuration names ${ids.length} layers instead of ${layers.length}`);
  for (const [index, { mediaType, digest }] of layers.entries()) {
    if (mediaType === MEDIA.layer && digest !== ids[index]) {
      throw new RuntimeError(
        'DIGEST_MISMATCH',
        `layer ${index} of the archive has digest ${digest} instead of ${ids[index]}`,
      );
    }
  }
}

/** A file of the archive; links in it may lead to another, but not out. */
async function inside(folder: string, name: string): Promise<string> {
  const place = path.join(folder, path.posix.normalize(`/${name}`));
  const [root, real] = await Promise.all([realpath(folder), realpath(place).catch(() => undefined)]);
  if (real?.startsWith(root + path.sep)) return real;
  throw invalid(`${name} is missing`);
}

async function readJson<T>(folder: string, name: string): Promise<T | undefined> {
  const file = path.join(folder, name);
  try {
    if ((await stat(file)).size > JSON_BYTES_MAX) throw invalid(`${name} has more than ${JSON_BYTES_MAX} bytes`);
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    if (error instanceof RuntimeError) throw error;
    throw invalid(`${name}: ${messageOf(error)}`, error);
  }
}

function invalid(what: string, cause?: unknown): RuntimeError {
  const hint = 'Give an OCI archive, or one that `docker save` or `podman save` wrote.';
  return new RuntimeError('ARCHIVE_INVALID', `Cannot import the archive: ${what}`, hint, { cause });
}
