import { createHash, type Hash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock, Timer } from '../../../base/clock.js';
import { algorithmOf } from '../manifest-check.js';
import { BLOB_BYTES_MAX } from '../media-types.js';
import type { OciLayout } from '../oci-layout.js';
import { RegistryError } from './errors.js';

/** Open at one time. */
export const UPLOADS_MAX = 256;
/** After the last byte of a client that went away. */
export const UPLOAD_IDLE_MS = 3_600_000;

interface Upload {
  readonly repository: string;
  readonly file: string;
  readonly hash: Hash;
  size: number;
  busy: boolean;
  timer: Timer;
}

/** Blobs on their way in, in pieces or at once (OCI distribution v1.1, "Pushing blobs"). */
export class Uploads {
  private readonly open = new Map<string, Upload>();

  constructor(
    private readonly options: {
      readonly dir: string;
      readonly layout: OciLayout;
      readonly clock: Clock;
      readonly bytes_max?: number;
    },
  ) {}

  /** @returns its id */
  async begin(repository: string): Promise<string> {
    if (this.open.size >= UPLOADS_MAX) {
      throw new RegistryError('TOOMANYREQUESTS', `more than ${UPLOADS_MAX} uploads are open`);
    }
    await mkdir(this.options.dir, { recursive: true });
    const id = randomUUID();
    const file = path.join(this.options.dir, id);
    this.open.set(id, { repository, file, hash: createHash('sha256'), size: 0, busy: false, timer: this.expiry(id) });
    return id;
  }

  /** @returns bytes so far */
  sizeOf(repository: string, id: string): number {
    return this.get(repository, id).size;
  }

  /** Adds a piece. @param start where the client says that it begins @returns bytes so far */
  async append(repository: string, id: string, body: Readable, start?: number): Promise<number> {
    const upload = this.get(repository, id);
    if (upload.busy) throw new RegistryError('BLOB_UPLOAD_INVALID', 'another request writes to this upload');
    if (start !== undefined && start !== upload.size) {
      const headers = { Range: rangeOf(upload.size), Location: `/v2/${repository}/blobs/uploads/${id}` };
      throw new RegistryError('BLOB_UPLOAD_INVALID', `the upload continues at byte ${upload.size}, not ${start}`, {
        status: 416,
        headers,
      });
    }
    upload.busy = true;
    upload.timer.cancel();
    try {
      await this.write(upload, body);
      return upload.size;
    } catch (error) {
      // What came of the piece cannot be told from what is missing.
      await this.cancel(repository, id);
      throw error;
    } finally {
      upload.busy = false;
      if (this.open.has(id)) upload.timer = this.expiry(id);
    }
  }

  /** Makes it a blob. */
  async finish(repository: string, id: string, digest: string): Promise<void> {
    const upload = this.get(repository, id);
    const found = await digestOfUpload(upload, algorithmOf(digest));
    if (found !== digest) {
      await this.cancel(repository, id);
      throw new RegistryError('DIGEST_INVALID', 'provided digest did not match uploaded content', {
        detail: { provided: digest, uploaded: found },
      });
    }
    this.forget(id);
    const place = this.options.layout.blobFile(digest);
    await mkdir(path.dirname(place), { recursive: true });
    if (upload.size === 0) await pipeline([], createWriteStream(upload.file, { flags: 'a' }));
    await rename(upload.file, place);
  }

  async cancel(repository: string, id: string): Promise<void> {
    const { file } = this.get(repository, id);
    this.forget(id);
    await rm(file, { force: true });
  }

  async close(): Promise<void> {
    for (const id of [...this.open.keys()]) this.forget(id);
    await rm(this.options.dir, { recursive: true, force: true });
  }

  private async write(upload: Upload, body: Readable): Promise<void> {
    const bytes_max = this.options.bytes_max ?? BLOB_BYTES_MAX;
    await pipeline(
      // Who sends too much still hears why.
      body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>,
      async function* counted(chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          upload.size += chunk.length;
          if (upload.size > bytes_max) {
            throw new RegistryError('SIZE_INVALID', `a blob has at most ${bytes_max} bytes`, { status: 413 });
          }
          upload.hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(upload.file, { flags: 'a' }),
    );
  }

  private get(repository: string, id: string): Upload {
    const upload = this.open.get(id);
    if (upload?.repository === repository) return upload;
    throw new RegistryError('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
  }

  private forget(id: string): void {
    this.open.get(id)?.timer.cancel();
    this.open.delete(id);
  }

  private expiry(id: string): Timer {
    return this.options.clock.setTimer(UPLOAD_IDLE_MS, () => {
      const upload = this.open.get(id);
      if (upload) void this.cancel(upload.repository, id).catch(() => {});
    });
  }
}

/** Reckoned on the way in the usual algorithm; in another from the file. */
async function digestOfUpload({ hash, file, size }: Upload, algorithm: 'sha256' | 'sha512'): Promise<string> {
  if (algorithm === 'sha256') return `sha256:${hash.copy().digest('hex')}`;
  const other = createHash(algorithm);
  if (size > 0) for await (const chunk of createReadStream(file)) other.update(chunk as Buffer);
  return `${algorithm}:${other.digest('hex')}`;
}

/** Bytes that are there, as the header has them: `0-41`. */
export function rangeOf(size: number): string {
  return `0-${Math.max(0, size - 1)}`;
}
