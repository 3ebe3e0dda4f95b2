import { messageOf } from '../../base/errors.js';
import { RuntimeError } from '../errors.js';
import { BaseImages, missingPrograms } from './base-images.js';
import type { BaseImage } from './builder.js';
import { parseImageName } from './image-name.js';
import type { ImageStore } from './image-store.js';
import type { FindCredential } from './remote/credentials.js';
import { pullImage } from './transfer.js';

export interface BaseOptions {
  /** Ask registries first, for mapped names too. */
  readonly pull?: boolean;
  readonly credentials?: FindCredential;
  readonly onOutput: (line: string) => void;
}

/** The image that FROM or --from names: of the store, this machine's file system where it stands for that name, or pulled. */
export async function findBase(store: ImageStore, name: string, options: BaseOptions): Promise<BaseImage> {
  parseImageName(name);
  const stored = options.pull ? undefined : await inStore(store, name);
  if (stored) return stored;
  const mapping = await new BaseImages(store.layout).find(name);
  if (mapping && !options.pull) {
    options.onOutput(`${name} is not in the image store: this machine's file system stands for it`);
    const missing = missingPrograms(mapping, process.env['PATH'] ?? '');
    if (missing.length > 0)
      options.onOutput(`warning: ${name} needs ${missing.join(', ')}, which this machine does not have`);
    return { config: {}, hostBase: name };
  }
  const found = await pulled(store, name, options);
  if (found instanceof Error) {
    const older = options.pull ? await inStore(store, name) : undefined;
    if (older) return older;
    if (mapping) return { config: {}, hostBase: name };
    throw new RuntimeError(
      'NO_BASE_IMAGE',
      `${name} is not in the image store, and cannot be pulled: ${messageOf(found)}`,
      `Let this machine's file system stand for it: trysail image map ${repositoryOf(name)} PROGRAM…`,
      { cause: found },
    );
  }
  return found;
}

async function pulled(
  store: ImageStore,
  name: string,
  { credentials, onOutput }: BaseOptions,
): Promise<BaseImage | Error> {
  try {
    onOutput(`pulling ${name}`);
    await pullImage(store, name, { credentials, insecure: false, progress: onOutput });
    return (await inStore(store, name)) ?? new Error('it is gone');
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function inStore(store: ImageStore, name: string): Promise<BaseImage | undefined> {
  const found = await store.find(parseImageName(name));
  if (!found) return undefined;
  const { config, hostBase } = found;
  const image = await store.stored(found);
  return { config, image, rootfs: await store.folders.of(image), ...(hostBase !== undefined && { hostBase }) };
}

function repositoryOf(name: string): string {
  return name.replace(/(:[^:/]*)?(@.*)?$/, '');
}
