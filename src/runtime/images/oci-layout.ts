import { createHash, randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../base/clock.js';
import { codeOf } from '../../base/errors.js';
import { RuntimeError } from '../errors.js';

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface ImageIndex {
  readonly schemaVersion: 2;
  readonly manifests: readonly Descriptor[];
}

export const INDEX_FILE = 'index.json';

const LOCK_RETRY_MS = 20;
const LOCK_WAIT_MAX_MS = 10_000;
/** An index is rewritten in milliseconds: a lock older than this was left by a process that died. */
const LOCK_STALE_MS = 5_000;

/** A folder in the OCI image layout (image-spec v1.1, image-layout.md), safe for several processes at once. */
export class OciLayout {
  constructor(
    private readonly folder: string,
    private readonly clock: Clock,
  ) {}

  async readIndex(): Promise<ImageIndex> {
    try {
      return JSON.parse(await readFile(path.join(this.folder, INDEX_FILE), 'utf8')) as ImageIndex;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return { schemaVersion: 2, manifests: [] };
      throw error;
    }
  }

  /** Reads, changes and replaces the index while nobody else can. */
  async changeIndex(change: (manifests: readonly Descriptor[]) => readonly Descriptor[]): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const unlock = await this.lock();
    try {
      const { manifests } = await this.readIndex();
      await this.replace('oci-layout', JSON.stringify({ imageLayoutVersion: '1.0.0' }));
      await this.replace(INDEX_FILE, JSON.stringify({ schemaVersion: 2, manifests: change(manifests) }, null, 2));
    } finally {
      await unlock();
    }
  }

  async readJson<T>(digest: string): Promise<T> {
    return JSON.parse(await readFile(this.blobFile(digest), 'utf8')) as T;
  }

  writeJson(mediaType: string, value: unknown): Promise<Descriptor> {
    return this.writeBlob(mediaType, Readable.from([Buffer.from(JSON.stringify(value))]));
  }

  async writeBlob(mediaType: string, content: Readable): Promise<Descriptor> {
    const folder = path.join(this.folder, 'blobs', 'sha256');
    await mkdir(folder, { recursive: true });
    const draft = path.join(folder, `.${randomBytes(8).toString('hex')}`);
    const hash = createHash('sha256');
    let size = 0;
    try {
      await pipeline(
        content,
        async function* measured(chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            hash.update(chunk);
            size += chunk.length;
            yield chunk;
          }
        },
        createWriteStream(draft),
      );
      const digest = `sha256:${hash.digest('hex')}`;
      await rename(draft, this.blobFile(digest));
      return { mediaType, digest, size };
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  removeBlob(digest: string): Promise<void> {
    return rm(this.blobFile(digest), { force: true });
  }

  private blobFile(digest: string): string {
    return path.join(this.folder, 'blobs', ...digest.split(':'));
  }

  private async replace(name: string, text: string): Promise<void> {
    const draft = path.join(this.folder, `.${name}.${randomBytes(8).toString('hex')}`);
    await writeFile(draft, text);
    await rename(draft, path.join(this.folder, name));
  }

  private async lock(): Promise<() => Promise<void>> {
    const file = path.join(this.folder, '.lock');
    for (let waited_ms = 0; ; waited_ms += LOCK_RETRY_MS) {
      try {
        await (await open(file, 'wx')).close();
        return () => rm(file, { force: true });
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
      }
      if (waited_ms >= LOCK_WAIT_MAX_MS) {
        throw new RuntimeError(
          'IMAGE_STORE_LOCKED',
          `Cannot change the image store: ${file} is held`,
          'Remove it if no build runs.',
        );
      }
      const held = await stat(file).catch(() => undefined);
      if (held && this.clock.now() - held.mtimeMs > LOCK_STALE_MS) await rm(file, { force: true });
      // Not the clock's timer, which would not keep a waiting build alive.
      else await wait(LOCK_RETRY_MS);
    }
  }
}
