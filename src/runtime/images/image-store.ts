import { mkdirSync, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../base/clock.js';
import { codeOf } from '../../base/errors.js';
import { RuntimeError } from '../errors.js';
import { type BuildOptions, buildImage } from './build-image.js';
import { type Pruned, removeOwnBlobs, removeUnreferenced } from './garbage.js';
import type { Image } from './image.js';
import { type ImageName, parseImageName } from './image-name.js';
import { imageOf, readStored, type StoredImage } from './image-reader.js';
import type { Descriptor } from './media-types.js';
import { NAME_ANNOTATION, nameOf, namesOf, PULLED_ANNOTATION, TAG_ANNOTATION } from './names.js';
import { INDEX_FILE, OciLayout } from './oci-layout.js';
import { type PodImageRequest, type PullPolicy, resolveForPod } from './pod-image.js';
import { RegistryCatalog } from './registry/catalog.js';
import { RootfsFolders } from './rootfs-folders.js';

export type { BuildOptions } from './build-image.js';
export type { PullPolicy } from './pod-image.js';

/**
 * The images of this machine: an OCI image layout with the files of each image unpacked beside it. What is named here can be run;
 * a name that is tagged anew means the new image from the next start of a container on.
 */
export class ImageStore {
  readonly layout: OciLayout;
  readonly folders: RootfsFolders;

  constructor(readonly options: { readonly dir: string; readonly clock: Clock }) {
    this.layout = new OciLayout(options.dir, options.clock);
    this.folders = new RootfsFolders(path.join(options.dir, 'rootfs'), this.layout);
  }

  /** Errors: DOCKERFILE_INVALID, COPY_NOT_FOUND, RUN_FAILED …, each with the line. */
  build(options: BuildOptions): Promise<Image> {
    return buildImage(this, options);
  }

  /** By name, digest, or the first digits of its id. */
  async find(name: string | ImageName): Promise<Image | undefined> {
    const entry = await this.entry(name);
    if (!entry) return undefined;
    const { manifests } = await this.layout.readIndex();
    return this.read(entry.digest, namesOf(manifests, entry.digest));
  }

  /** What a name of the store points to; of the mesh's registry where the store has none of that name. */
  async entry(name: string | ImageName): Promise<Descriptor | undefined> {
    const { manifests } = await this.layout.readIndex();
    const isId = typeof name === 'string' && name.startsWith('sha256:');
    if (isId) return this.byId(manifests, name);
    const { full, digest, repository, tag } = typeof name === 'string' ? parseImageName(name) : name;
    const named = manifests.find(
      (entry) => nameOf(entry) === full || (digest !== undefined && entry.digest === digest),
    );
    const found = named ?? (typeof name === 'string' ? await this.byId(manifests, name) : undefined);
    if (found || !repository.startsWith('docker.io/')) return found;
    const catalog = new RegistryCatalog(this.layout);
    return catalog.find(repository.replace(/^docker\.io\/(library\/(?=[^/]+$))?/, ''), digest ?? tag);
  }

  /** Error: NO_SUCH_IMAGE, when it was removed meanwhile. */
  async stored(image: Image): Promise<StoredImage> {
    try {
      return await readStored(this.layout, image.digest);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      throw new RuntimeError('NO_SUCH_IMAGE', `The image ${image.digest} was removed`, undefined, { cause: error });
    }
  }

  /** The image that a pod's container names, pulled where the policy or its absence asks for that. */
  resolve(name: string, policy: PullPolicy, request?: PodImageRequest): Promise<Image> {
    return resolveForPod(this, name, policy, request);
  }

  /** Calls the listener whenever a name was added, moved or removed, by any process. @returns how to stop */
  onChange(listener: () => void): () => void {
    mkdirSync(this.options.dir, { recursive: true });
    const watcher = watch(this.options.dir, { persistent: false }, (_, file) => {
      if (file === INDEX_FILE) listener();
    });
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  }

  /** The image's own files, to be seen over the machine's; undefined where it has none. */
  async rootfs(image: Image): Promise<string | undefined> {
    const folder = await this.folders.of(await this.stored(image));
    const entries = await readdir(folder).catch(() => []);
    return entries.length > 0 ? folder : undefined;
  }

  /** Newest first. */
  async list(): Promise<Image[]> {
    const { manifests } = await this.layout.readIndex();
    const digests = [...new Set(manifests.map(({ digest }) => digest))];
    const found = digests.map((digest) => this.read(digest, namesOf(manifests, digest)).catch(() => undefined));
    const images = (await Promise.all(found)).filter((image) => image !== undefined);
    return images.sort((a, b) => b.created.localeCompare(a.created));
  }

  /** Gives an image more names; a name that another had is that one's no longer. */
  async tag(image: Descriptor, names: readonly ImageName[], from: 'here' | 'registry' = 'here'): Promise<void> {
    const full = new Set(names.map((name) => name.full));
    const { mediaType, digest, size } = image;
    await this.layout.changeIndex((manifests) => [
      ...manifests.filter((entry) => !full.has(nameOf(entry) ?? '')),
      ...names.map((name) => ({
        ...{ mediaType, digest, size },
        annotations: {
          [NAME_ANNOTATION]: name.full,
          [TAG_ANNOTATION]: name.tag,
          ...(from === 'registry' && { [PULLED_ANNOTATION]: 'true' }),
        },
      })),
    ]);
  }

  /** Takes a name away, and with the last one the image. Error: NO_SUCH_IMAGE. @returns what was removed */
  async remove(name: string): Promise<{ readonly untagged: readonly string[]; readonly deleted: string | undefined }> {
    const entry = await this.entry(name);
    const isId = !!entry && !this.isNamed(entry, name) && (await this.byId([entry], name)) !== undefined;
    const full = isId ? undefined : parseImageName(name).full;
    let removed: readonly Descriptor[] = [];
    let last = false;
    await this.layout.changeIndex((manifests) => {
      removed = manifests.filter((each) =>
        full === undefined ? each.digest === entry?.digest : nameOf(each) === full,
      );
      const kept = manifests.filter((each) => !removed.includes(each));
      last = removed.length > 0 && !kept.some(({ digest }) => digest === removed[0]?.digest);
      return kept;
    });
    const [first] = removed;
    if (!first) throw new RuntimeError('NO_SUCH_IMAGE', `No such image: ${name}`, 'See `trysail image list`.');
    const isGone = last && (await removeOwnBlobs(this.layout, this.folders, first.digest));
    return { untagged: removed.flatMap((each) => nameOf(each) ?? []), deleted: isGone ? first.digest : undefined };
  }

  /** Removes what no name points to any more, as after a tag was built anew. Containers that still run from it lose their files. */
  prune(): Promise<Pruned> {
    return removeUnreferenced(this.layout, this.folders);
  }

  private isNamed(entry: Descriptor, name: string): boolean {
    return !name.startsWith('sha256:') && nameOf(entry) === parseImageName(name).full;
  }

  private async read(digest: string, names: readonly string[]): Promise<Image> {
    return imageOf(digest, await readStored(this.layout, digest), names);
  }

  /** As `docker` takes them: twelve digits, or any number that names one image. */
  private async byId(manifests: readonly Descriptor[], text: string): Promise<Descriptor | undefined> {
    const digits = text.replace(/^sha256:/, '');
    if (!/^[0-9a-f]{4,64}$/.test(digits)) return undefined;
    const fitting = new Map<string, Descriptor>();
    for (const entry of manifests) {
      const stored = await readStored(this.layout, entry.digest).catch(() => undefined);
      const id = stored?.manifest.config.digest;
      if (id?.startsWith(`sha256:${digits}`) || entry.digest === `sha256:${digits}`) fitting.set(entry.digest, entry);
    }
    return fitting.size === 1 ? [...fitting.values()][0] : undefined;
  }
}
