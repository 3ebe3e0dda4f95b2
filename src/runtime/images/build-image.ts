import path from 'node:path';
import { Readable } from 'node:stream';
import { findBase } from './base-lookup.js';
import { readBuildFiles } from './build-files.js';
import { buildStages } from './builder.js';
import type { Image } from './image.js';
import { parseImageName } from './image-name.js';
import { HOST_BASE_LABEL, imageOf, readStored } from './image-reader.js';
import type { ImageStore } from './image-store.js';
import { type Descriptor, MEDIA, thisArchitecture } from './media-types.js';
import type { FindCredential } from './remote/credentials.js';
import { withScratch } from './scratch.js';
import { isSelfContained } from './self-contained.js';
import type { Stage } from './stage.js';
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
  const onOutput = options.onOutput ?? (() => {});
  return withScratch(path.join(store.options.dir, 'scratch'), async (scratch) => {
    const root = path.resolve(options.context);
    const stage = await buildStages({
      instructions,
      context: { root, ignored, what: "the build's folder", isContext: true },
      buildArgs: options.buildArgs ?? {},
      ...(options.target === undefined ? {} : { target: options.target }),
      scratch,
      cacheDir: path.join(store.options.dir, 'build-cache'),
      findImage: (name) => findBase(store, name, { ...options, onOutput }),
      onOutput,
    });
    const manifest = await keep(store, stage, options);
    await store.tag(manifest, names);
    const full = names.map((name) => name.full);
    return imageOf(manifest.digest, await readStored(store.layout, manifest.digest), full);
  });
}

async function keep(store: ImageStore, stage: Stage, options: BuildOptions): Promise<Descriptor> {
  const { layout, folders } = store;
  const { base, owners, root } = stage;
  const isOwnRoot = stage.hostBase === 'scratch' && (await isSelfContained(root, stage.config));
  const hostBase = isOwnRoot ? undefined : stage.hostBase;
  const { [HOST_BASE_LABEL]: _, ...labels } = { ...stage.config.Labels, ...options.labels };
  const layer = await layout.writeBlob(
    MEDIA.layer,
    Readable.from(tarOf(root, { owners, ...(base && { against: base.rootfs }) })),
  );
  const created = new Date(store.options.clock.now()).toISOString();
  const config = await layout.writeJson(MEDIA.config, {
    created,
    architecture: thisArchitecture(),
    os: 'linux',
    config: { ...stage.config, Labels: { ...labels, ...(hostBase !== undefined && { [HOST_BASE_LABEL]: hostBase }) } },
    rootfs: { type: 'layers', diff_ids: [...(base?.image.config.rootfs.diff_ids ?? []), layer.digest] },
    history: [...(base?.image.config.history ?? []), { created, created_by: 'trysail image build' }],
  });
  const manifest = await layout.writeJson(MEDIA.manifest, {
    schemaVersion: 2,
    mediaType: MEDIA.manifest,
    config,
    layers: [...(base?.image.manifest.layers ?? []), layer],
  });
  await folders.adopt(config.digest, root);
  return manifest;
}
