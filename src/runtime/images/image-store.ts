import { mkdirSync, watch } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { Clock } from '../../base/clock.js';
import { codeOf } from '../../base/errors.js';
import { RuntimeError } from '../errors.js';
import { readBuildFiles } from './build-files.js';
import { type BuiltStage, buildStages, withScratch } from './builder.js';
import type { Image, ImageConfig } from './image.js';
import { type ImageName, parseImageName } from './image-name.js';
import { type Descriptor, INDEX_FILE, OciLayout } from './oci-layout.js';
import { tarOf } from './tar.js';

export type PullPolicy = 'Always' | 'IfNotPresent' | 'Never';

export interface BuildOptions {
  /** NAME[:TAG], one or several. */
  readonly tags: readonly string[];
  /** Folder that COPY takes from. */
  readonly context: string;
  /** Default: `Dockerfile` in the context. */
  readonly dockerfile?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly onOutput?: (line: string) => void;
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';
const NAME_ANNOTATION = 'io.containerd.image.name';
const TAG_ANNOTATION = 'org.opencontainers.image.ref.name';
const HOST_BASE_LABEL = 'io.trysail.base';

interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

interface StoredConfig {
  readonly created: string;
  readonly config: ImageConfig;
}

/**
 * The images of this machine: an OCI image layout with the files of each image unpacked beside it. It is the registry too:
 * a name that is tagged anew means the new image from the next start of a container on.
 */
export class ImageStore {
  private readonly layout: OciLayout;

  constructor(private readonly options: { readonly dir: string; readonly clock: Clock }) {
    this.layout = new OciLayout(options.dir, options.clock);
  }

  /** Errors: DOCKERFILE_INVALID, COPY_NOT_FOUND, RUN_FAILED …, each with the line. */
  async build(options: BuildOptions): Promise<Image> {
    const names = options.tags.map(parseImageName);
    const { instructions, ignored } = await readBuildFiles(options.context, options.dockerfile);
    return withScratch(path.join(this.options.dir, 'scratch'), async (scratch) => {
      const stage = await buildStages({
        instructions,
        context: { root: path.resolve(options.context), ignored },
        buildArgs: options.buildArgs ?? {},
        ...(options.target === undefined ? {} : { target: options.target }),
        scratch,
        findImage: (name) => this.findForBuild(name),
        onOutput: options.onOutput ?? (() => {}),
      });
      const manifest = await this.store(stage);
      await this.tag(manifest, names);
      return this.read(
        manifest.digest,
        names.map(({ full }) => full),
      );
    });
  }

  /**
   * The image that a pod's container names. There is no registry beyond the store, so policies differ in their errors alone:
   * `ErrImagePull`, `ErrImageNeverPull`, `InvalidImageName`.
   */
  async resolve(name: string, policy: PullPolicy): Promise<Image> {
    const parsed = parsePodImage(name);
    const found = await this.find(parsed);
    if (found) return found;
    if (policy === 'Never') {
      throw new RuntimeError(
        'ErrImageNeverPull',
        `Container image "${name}" is not present with pull policy of Never`,
        buildHint(name),
      );
    }
    throw new RuntimeError('ErrImagePull', `image "${name}" is not in this mesh's image store; ${buildHint(name)}`);
  }

  async find(name: string | ImageName): Promise<Image | undefined> {
    const { full, digest } = typeof name === 'string' ? parseImageName(name) : name;
    const { manifests } = await this.layout.readIndex();
    const found = manifests.find((entry) =>
      digest === undefined ? entry.annotations?.[NAME_ANNOTATION] === full : entry.digest === digest,
    );
    return found && this.read(found.digest, namesOf(manifests, found.digest));
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
    const folder = this.rootfsFolder(image.id);
    const entries = await readdir(folder).catch(() => []);
    return entries.length > 0 ? folder : undefined;
  }

  /** Newest first. */
  async list(): Promise<Image[]> {
    const { manifests } = await this.layout.readIndex();
    const digests = [...new Set(manifests.map(({ digest }) => digest))];
    const images = await Promise.all(digests.map((digest) => this.read(digest, namesOf(manifests, digest))));
    return images.sort((a, b) => b.created.localeCompare(a.created));
  }

  /** Takes a name away, and with the last one the image. Error: NO_SUCH_IMAGE. */
  async remove(name: string): Promise<void> {
    const { full } = parseImageName(name);
    let removed: Descriptor | undefined;
    let last = false;
    await this.layout.changeIndex((manifests) => {
      removed = manifests.find((entry) => entry.annotations?.[NAME_ANNOTATION] === full);
      const kept = manifests.filter((entry) => entry !== removed);
      last = removed !== undefined && !kept.some(({ digest }) => digest === removed?.digest);
      return kept;
    });
    if (!removed) throw new RuntimeError('NO_SUCH_IMAGE', `No such image: ${name}`, 'See `trysail image list`.');
    if (last) await this.discard(removed.digest);
  }

  /** Removes what no name points to any more, as after a tag was built anew. Containers that still run from it lose their files. */
  async prune(): Promise<void> {
    const { manifests } = await this.layout.readIndex();
    const kept = new Set<string>();
    for (const { digest } of manifests) {
      const { config, layers } = await this.layout.readJson<Manifest>(digest);
      for (const used of [digest, config.digest, ...layers.map((layer) => layer.digest)]) kept.add(hexOf(used));
    }
    for (const folder of ['rootfs', path.join('blobs', 'sha256')]) {
      for (const name of await readdir(path.join(this.options.dir, folder)).catch(() => [])) {
        if (!kept.has(name)) await rm(path.join(this.options.dir, folder, name), { recursive: true, force: true });
      }
    }
  }

  private async discard(digest: string): Promise<void> {
    const manifest = await this.layout.readJson<Manifest>(digest);
    await rm(this.rootfsFolder(manifest.config.digest), { recursive: true, force: true });
    for (const blob of [digest, manifest.config.digest, ...manifest.layers.map((layer) => layer.digest)]) {
      await this.layout.removeBlob(blob);
    }
  }

  private async store(stage: BuiltStage): Promise<Descriptor> {
    const layer = await this.layout.writeBlob(LAYER, Readable.from(tarOf(stage.root)));
    const labels = { ...stage.config.Labels, ...(stage.hostBase ? { [HOST_BASE_LABEL]: stage.hostBase } : {}) };
    const config = await this.layout.writeJson(CONFIG, {
      created: new Date(this.options.clock.now()).toISOString(),
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config: { ...stage.config, Labels: labels },
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    });
    const manifest = await this.layout.writeJson(MANIFEST, {
      schemaVersion: 2,
      mediaType: MANIFEST,
      config,
      layers: [layer],
    });
    const folder = this.rootfsFolder(config.digest);
    await mkdir(path.dirname(folder), { recursive: true });
    // The same content built at the same millisecond is there already.
    await rename(stage.root, folder).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
    });
    return manifest;
  }

  private async tag(manifest: Descriptor, names: readonly ImageName[]): Promise<void> {
    const full = names.map((name) => name.full);
    await this.layout.changeIndex((manifests) => [
      ...manifests.filter((entry) => !full.includes(entry.annotations?.[NAME_ANNOTATION] ?? '')),
      ...names.map((name) => ({
        ...manifest,
        annotations: { [NAME_ANNOTATION]: name.full, [TAG_ANNOTATION]: name.tag },
      })),
    ]);
  }

  private async read(digest: string, names: readonly string[]): Promise<Image> {
    const manifest = await this.layout.readJson<Manifest>(digest);
    const { created, config } = await this.layout.readJson<StoredConfig>(manifest.config.digest);
    const hostBase = config.Labels?.[HOST_BASE_LABEL];
    return {
      id: manifest.config.digest,
      digest,
      names,
      config,
      ...(hostBase === undefined ? {} : { hostBase }),
      created,
      size_bytes: manifest.layers.reduce((sum, layer) => sum + layer.size, 0),
    };
  }

  private async findForBuild(name: string) {
    const image = await this.find(name);
    if (!image) return undefined;
    const rootfs = await this.rootfs(image);
    return {
      config: image.config,
      ...(rootfs ? { rootfs } : {}),
      ...(image.hostBase ? { hostBase: image.hostBase } : {}),
    };
  }

  private rootfsFolder(id: string): string {
    return path.join(this.options.dir, 'rootfs', hexOf(id));
  }
}

function hexOf(digest: string): string {
  return digest.replace('sha256:', '');
}

function namesOf(manifests: readonly Descriptor[], digest: string): string[] {
  return manifests
    .filter((entry) => entry.digest === digest)
    .flatMap((entry) => entry.annotations?.[NAME_ANNOTATION] ?? []);
}

function parsePodImage(name: string): ImageName {
  try {
    return parseImageName(name);
  } catch (error) {
    throw new RuntimeError(
      'InvalidImageName',
      `Failed to apply default image tag "${name}": couldn't parse image name`,
      undefined,
      {
        cause: error,
      },
    );
  }
}

function buildHint(name: string): string {
  return `build it with: trysail image build -t ${name} DIR`;
}
