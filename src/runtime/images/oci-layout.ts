import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../base/clock.js';
import { codeOf } from '../../base/errors.js';
import { RuntimeError } from '../errors.js';
import { algorithmOf, DIGEST } from './manifest-check.js';
import { BLOB_BYTES_MAX, type Descriptor, type ImageIndex } from './media-types.js';

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
    return (await this.readDocument<ImageIndex>(INDEX_FILE)) ?? { schemaVersion: 2, manifests: [] };
  }

  /** Reads, changes and replaces the index while nobody else can. */
  async changeIndex(change: (manifests: readonly Descriptor[]) => readonly Descriptor[]): Promise<void> {
    await this.changeDocument<ImageIndex>(INDEX_FILE, async (index) => {
      await this.replace('oci-layout', JSON.stringify({ imageLayoutVersion: '1.0.0' }));
      return { schemaVersion: 2, manifests: change(index?.manifests ?? []) };
    });
  }

  /** A JSON file of the folder; undefined when there is none. */
  async readDocument<T>(name: string): Promise<T | undefined> {
    try {
      return JSON.parse(await readFile(path.join(this.folder, name), 'utf8')) as T;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Reads, changes and replaces a JSON file of the folder while nobody else can. */
  async changeDocument<T>(name: string, change: (value: T | undefined) => T | Promise<T>): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const unlock = await this.lock();
    try {
      await this.replace(name, JSON.stringify(await change(await this.readDocument<T>(name)), null, 2));
    } finally {
      await unlock();
    }
  }

  async readJson<T>(digest: string): Promise<T> {
    return JSON.parse(await readFile(this.blobFile(digest), 'utf8')) as T;
  }

  async readBytes(digest: string): Promise<Buffer> {
    return readFile(this.blobFile(digest));
  }

  /** @returns bytes; undefined when it is not here */
  async sizeOf(digest: string): Promise<number | undefined> {
    const found = await stat(this.blobFile(digest)).catch(() => undefined);
    return found?.size;
  }

  /** @param range first and last byte */
  openBlob(digest: string, range?: { readonly start: number; readonly end: number }): Readable {
    return createReadStream(this.blobFile(digest), range);
  }

  /** Of all blobs. */
  async digests(): Promise<string[]> {
    const found = ['sha256', 'sha512'].map(async (algorithm) => {
      const names = await readdir(path.join(this.folder, 'blobs', algorithm)).catch(() => []);
      return names.map((name) => `${algorithm}:${name}`).filter((digest) => DIGEST.test(digest));
    });
    return (await Promise.all(found)).flat();
  }

  writeJson(mediaType: string, value: unknown): Promise<Descriptor> {
    return this.writeBlob(mediaType, Readable.from([Buffer.from(JSON.stringify(value))]));
  }

  /**
   * @param expected digest that the content must have; DIGEST_MISMATCH when it has another
   * @param bytes_max BLOB_TOO_LARGE above
   */
  async writeBlob(
    mediaType: string,
    content: Readable,
    expected?: string,
    bytes_max = BLOB_BYTES_MAX,
  ): Promise<Descriptor> {
    const algorithm = algorithmOf(expected ?? '');
    const folder = path.join(this.folder, 'blobs', algorithm);
    await mkdir(folder, { recursive: true });
    const draft = path.join(folder, `.${randomBytes(8).toString('hex')}`);
    const hash = createHash(algorithm);
    let size = 0;
    try {
      await pipeline(
        content,
        async function* measured(chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            hash.update(chunk);
            size += chunk.length;
            if (size > bytes_max) throw new RuntimeError('BLOB_TOO_LARGE', `more than ${bytes_max} bytes`);
            yield chunk;
          }
        },
        createWriteStream(draft),
      );
      const digest = `${algorithm}:${hash.digest('hex')}`;
      if (expected !== undefined && digest !== expected) {
        throw new RuntimeError('DIGEST_MISMATCH', `the content has digest ${digest} instead of ${expected}`);
      }
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

  blobFile(digest: string): string {
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
