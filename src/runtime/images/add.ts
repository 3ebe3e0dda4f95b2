import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RuntimeError } from '../errors.js';
import { BLOB_BYTES_MAX } from './media-types.js';
import { send } from './remote/http.js';
import { unpackLayer } from './unpack-layer.js';

const TAR_MAGIC_AT = 257;
/** Compressions that Docker's ADD unpacks, by their first bytes; all but the first are tar's to read. */
const COMPRESSIONS: readonly (readonly number[])[] = [
  [0x1f, 0x8b],
  [0x42, 0x5a, 0x68],
  [0xfd, 0x37, 0x7a, 0x58, 0x5a],
  [0x28, 0xb5, 0x2f, 0xfd],
];

export function isUrl(source: string): boolean {
  return /^https?:\/\//i.test(source);
}

export function isGit(source: string): boolean {
  return /^(git@|git:\/\/|ssh:\/\/)/.test(source) || /^https?:\/\/.*\.git(#.*)?$/.test(source);
}

/** Whether ADD unpacks a file: what counts is its content, not its name. */
export async function isArchive(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
    const start = buffer.subarray(0, bytesRead);
    if (start.toString('latin1', TAR_MAGIC_AT, TAR_MAGIC_AT + 5) === 'ustar') return true;
    const compression = COMPRESSIONS.find((magic) => magic.every((byte, index) => start[index] === byte));
    return compression !== undefined && (await holdsTar(file));
  } finally {
    await handle.close();
  }
}

/** Unpacks a local archive into a folder of a stage. */
export async function unpackArchive(file: string, folder: string): Promise<void> {
  const handle = await open(file, 'r');
  const { buffer } = await handle.read(Buffer.alloc(8), 0, 8, 0).finally(() => handle.close());
  const isForeign = COMPRESSIONS.slice(1).some((magic) => magic.every((byte, index) => buffer[index] === byte));
  if (!isForeign) return unpackLayer(createReadStream(file), folder);
  const tar = spawn('tar', ['-xf', file, '-C', folder], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [code] = (await once(tar, 'close')) as [number];
  if (code !== 0) throw new RuntimeError('ADD_FAILED', `Cannot unpack ${path.basename(file)}: tar ended with ${code}`);
}

/**
 * Fetches what an ADD of a URL names into a folder.
 * @param checksum `sha256:…` that it must have @returns path of the file
 */
export async function fetchUrl(url: string, folder: string, checksum: string | undefined): Promise<string> {
  const name = path.posix.basename(decodeURIComponent(new URL(url).pathname)) || 'index';
  const response = await send({ url: new URL(url) });
  if (response.status !== 200) {
    response.body.resume();
    throw new RuntimeError('ADD_FAILED', `${url} answered with status ${response.status}`);
  }
  const file = path.join(folder, name === '..' || name === '.' ? 'index' : name);
  const hash = createHash('sha256');
  let size = 0;
  const measured = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      size += chunk.length;
      done(
        size > BLOB_BYTES_MAX ? new RuntimeError('ADD_FAILED', `${url} has more than ${BLOB_BYTES_MAX} bytes`) : null,
        chunk,
      );
    },
  });
  await pipeline(response.body, measured, createWriteStream(file, { mode: 0o600 }));
  const found = `sha256:${hash.digest('hex')}`;
  if (checksum === undefined || checksum === found) return file;
  await rm(file);
  throw new RuntimeError('DIGEST_MISMATCH', `digest mismatch for ${url}: ${found} instead of ${checksum}`);
}

async function holdsTar(file: string): Promise<boolean> {
  const tar = spawn('tar', ['-tf', file], { stdio: ['ignore', 'pipe', 'ignore'] });
  let hasEntry = false;
  tar.stdout.once('data', () => {
    hasEntry = true;
    tar.kill();
  });
  await once(tar, 'close');
  return hasEntry;
}
