import path from 'node:path';
import { Readable } from 'node:stream';
import { readBuildFiles } from './build-files.js';
import { type BuiltStage, buildStages } from './builder.js';
import type { Image } from './image.js';
import { parseImageName } from './image-name.js';
import { HOST_BASE_LABEL, imageOf, readStored } from './image-reader.js';
import type { ImageStore } from './image-store.js';
import { type Descriptor, MEDIA, thisArchitecture } from './media-types.js';
import type { FindCredential } from './remote/credentials.js';
import { withScratch } from './scratch.js';
import { tarOf } from './tar.js';

export interface BuildOptions {
  /** NAME[:TAG], one or several. */
  readonly tags: readonly string[];
  /** Folder that COPY takes from. */
  readonly context: string;
  /** Default: `Dockerfile` in the context. */
  readonly dockerfile?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly target?: string;
  /** Ask registries for base images, mapped ones too. */
  readonly pull?: boolean;
  readonly credentials?: FindCredential;
  readonly onOutput?: (line: string) => void;
}

/** Builds a Dockerfile into an image of the store. */
export async function buildImage(store: ImageStore, options: BuildOptions): Promise<Image> {
  const names = options.tags.map(parseImageName);
  const { instructions, ignored } = await readBuildFiles(options.context, options.dockerfile);
  return withScratch(path.join(store.options.dir, 'scratch'), async (scratch) => {
    const stage = await buildStages({
      instructions,
      context: { root: path.resolve(options.context), ignored },
      buildArgs: options.buildArgs ?? {},
      ...(options.target === undefined ? {} : { target: options.target }),
      scratch,
      findImage: (name) => findForBuild(store, name),
      onOutput: options.onOutput ?? (() => {}),
    });
    const manifest = await keep(store, stage);
    await store.tag(manifest, names);
    const full = names.map((name) => name.full);
    return imageOf(manifest.digest, await readStored(store.layout, manifest.digest), full);
  });
}

async function keep({ layout, folders, options }: ImageStore, stage: BuiltStage): Promise<Descriptor> {
  const layer = await layout.writeBlob(MEDIA.layer, Readable.from(tarOf(stage.root)));
  const labels = { ...stage.config.Labels, ...(stage.hostBase ? { [HOST_BASE_LABEL]: stage.hostBase } : {}) };
  const config = await layout.writeJson(MEDIA.config, {
    created: new Date(options.clock.now()).toISOString(),
    architecture: thisArchitecture(),
    os: 'linux',
    config: { ...stage.config, Labels: labels },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  });
  const manifest = await layout.writeJson(MEDIA.manifest, {
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    config,
    layers: [layer],
  });
  await folders.adopt(config.digest, stage.root);
  return manifest;
}

async function findForBuild(store: ImageStore, name: string) {
  const image = await store.find(name);
  if (!image) return undefined;
  const rootfs = await store.rootfs(image);
  return {
    config: image.config,
    ...(rootfs ? { rootfs } : {}),
    ...(image.hostBase ? { hostBase: image.hostBase } : {}),
  };
}
