import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, messageOf } from '../../base/errors.js';
import { RuntimeError } from '../errors.js';
import type { StoredImage } from './image-reader.js';
import type { OciLayout } from './oci-layout.js';
import { unpackLayer } from './unpack-layer.js';

/** The images' files, unpacked for containers: one folder for each configuration. */
export class RootfsFolders {
  private readonly unpacking = new Map<string, Promise<string>>();

  constructor(
    private readonly folder: string,
    private readonly layout: OciLayout,
  ) {}

  /** The image's own files; unpacked when nobody did it before. */
  of(image: StoredImage): Promise<string> {
    const id = image.manifest.config.digest;
    const running = this.unpacking.get(id);
    if (running) return running;
    const work = this.unpack(id, image).finally(() => this.unpacking.delete(id));
    this.unpacking.set(id, work);
    return work;
  }

  /** Takes a folder of files that were just built. */
  async adopt(id: string, built: string): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    // The same content is there already.
    await rename(built, this.place(id)).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
    });
  }

  remove(id: string): Promise<void> {
    return rm(this.place(id), { recursive: true, force: true });
  }

  /** Ids of those that are unpacked. */
  async ids(): Promise<string[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names.filter((name) => /^[0-9a-f]{64}$/.test(name)).map((name) => `sha256:${name}`);
  }

  private async unpack(id: string, { manifest }: StoredImage): Promise<string> {
    const place = this.place(id);
    if (await stat(place).catch(() => undefined)) return place;
    await mkdir(this.folder, { recursive: true });
    const draft = path.join(this.folder, `.${randomBytes(8).toString('hex')}`);
    try {
      await mkdir(draft, { mode: 0o755 });
      for (const layer of manifest.layers) await this.lay(layer.digest, draft);
      await rename(draft, place).catch((error: unknown) => {
        // Another process was faster.
        if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
      });
      return place;
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }

  private async lay(digest: string, draft: string): Promise<void> {
    try {
      await unpackLayer(this.layout.openBlob(digest), draft);
    } catch (error) {
      const hint = error instanceof RuntimeError ? error.hint : undefined;
      throw new RuntimeError('LAYER_INVALID', `Cannot unpack layer ${digest}: ${messageOf(error)}`, hint, {
        cause: error,
      });
    }
  }

  private place(id: string): string {
    return path.join(this.folder, id.replace('sha256:', ''));
  }
}
