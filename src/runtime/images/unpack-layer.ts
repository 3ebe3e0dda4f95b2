import { createWriteStream } from 'node:fs';
import { chmod, lchown, link, lstat, mkdir, readdir, readlink, rm, symlink, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { RuntimeError } from '../errors.js';
import { readTar, type TarEntry } from './tar-reader.js';

/** A file `.wh.NAME` takes NAME of the layers below away (image-spec v1.1, layer.md). */
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
const LINKS_MAX = 40;
const GZIP = [0x1f, 0x8b];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];
/** What an image holds unpacked; a layer of a few kilobytes can claim more than any disk has. */
export const UNPACKED_BYTES_MAX = 32 * 1024 ** 3;

/**
 * Lays a layer over a folder. Nothing is written outside of it, whatever names and links the layer has. Owners are set where this
 * process may; devices are left out.
 */
export async function unpackLayer(layer: Readable, root: string): Promise<void> {
  try {
    const unpacking = new Unpacking(root);
    for await (const entry of readTar(await decompressed(layer))) await unpacking.add(entry);
    await unpacking.finish();
  } finally {
    layer.destroy();
  }
}

class Unpacking {
  private readonly isRoot = process.getuid?.() === 0;
  /** Places that this layer brought. */
  private readonly own = new Set<string>();
  private readonly folders: { readonly place: string; readonly mode: number; readonly mtime_s: number }[] = [];
  private left_bytes = UNPACKED_BYTES_MAX;

  constructor(private readonly root: string) {}

  async add(entry: TarEntry): Promise<void> {
    this.left_bytes -= entry.size;
    if (this.left_bytes < 0) {
      throw new RuntimeError('LAYER_TOO_LARGE', `the layer unpacks to more than ${UNPACKED_BYTES_MAX} bytes`);
    }
    const name = path.posix.normalize(`/${entry.name}`).replace(/\/$/, '');
    if (name === '') return;
    const parent = await realFolder(this.root, path.posix.dirname(name));
    const base = path.posix.basename(name);
    if (base === OPAQUE) return clear(parent, this.own);
    if (base.startsWith(WHITEOUT)) return hide(parent, base.slice(WHITEOUT.length));
    if (entry.kind !== 'other') await this.place(entry, path.join(parent, base));
  }

  /** Folders are given their mode and time last: putting files into them needs the one and changes the other. */
  async finish(): Promise<void> {
    for (const { place, mode, mtime_s } of this.folders.reverse()) {
      // An ordinary user must be able to add to it, and to remove it.
      await chmod(place, this.isRoot ? mode : mode | 0o700).catch(() => {});
      await utimes(place, mtime_s, mtime_s).catch(() => {});
    }
  }

  private async place(entry: TarEntry, place: string): Promise<void> {
    await put(entry, place, this.root);
    this.own.add(place);
    if (this.isRoot && entry.kind !== 'link') await lchown(place, entry.uid, entry.gid);
    // After the owner, whose change takes the set-user bits away.
    if (entry.kind === 'file') await chmod(place, entry.mode);
    if (entry.kind === 'file') await utimes(place, entry.mtime_s, entry.mtime_s);
    if (entry.kind === 'folder') this.folders.push({ place, mode: entry.mode, mtime_s: entry.mtime_s });
  }
}

async function hide(folder: string, name: string): Promise<void> {
  if (name !== '' && name !== '.' && name !== '..') await rm(path.join(folder, name), { recursive: true, force: true });
}

async function put(entry: TarEntry, place: string, root: string): Promise<void> {
  const there = await lstat(place).catch(() => undefined);
  if (entry.kind === 'folder') {
    if (there?.isDirectory()) return;
    if (there) await rm(place, { recursive: true, force: true });
    await mkdir(place);
    return;
  }
  if (there) await rm(place, { recursive: true, force: true });
  if (entry.kind === 'symlink') return symlink(entry.link, place);
  if (entry.kind === 'link') {
    const target = path.posix.normalize(`/${entry.link}`);
    const folder = await realFolder(root, path.posix.dirname(target));
    return link(path.join(folder, path.posix.basename(target)), place);
  }
  await pipeline(entry.content, createWriteStream(place, { mode: 0o600 }));
}

/** An opaque folder shows nothing of the layers below. */
async function clear(folder: string, own: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(folder)) {
    const place = path.join(folder, name);
    if (!own.has(place)) await rm(place, { recursive: true, force: true });
  }
}

/** The folder that a path names inside `root`, made where it is missing; links in it lead to places below `root`. */
export async function realFolder(root: string, name: string): Promise<string> {
  const waiting = name.split('/').reverse();
  let resolved: string[] = [];
  for (let links = 0; waiting.length > 0; ) {
    const part = waiting.pop()!;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      resolved.pop();
      continue;
    }
    const next = path.join(root, ...resolved, part);
    const there = await lstat(next).catch(() => undefined);
    if (there?.isSymbolicLink()) {
      if (++links > LINKS_MAX) throw new RuntimeError('LINK_LOOP', `too many links in ${name}`);
      const to = await readlink(next);
      if (to.startsWith('/')) resolved = [];
      waiting.push(...to.split('/').reverse());
      continue;
    }
    if (!there?.isDirectory()) {
      if (there) await rm(next);
      await mkdir(next);
    }
    resolved.push(part);
  }
  return path.join(root, ...resolved);
}

/** By the first bytes, since media types are often wrong. */
export async function decompressed(source: Readable): Promise<AsyncIterable<Buffer>> {
  const first = await firstChunk(source);
  if (starts(first, ZSTD)) {
    source.destroy();
    throw new RuntimeError(
      'COMPRESSION_UNSUPPORTED',
      'the layer is compressed with zstd, which is not supported',
      'Convert the image to gzip layers, for example with `skopeo copy --dest-compress-format gzip`.',
    );
  }
  if (!starts(first, GZIP)) return source as AsyncIterable<Buffer>;
  const gunzip = createGunzip();
  // Errors of either side end the reading of the other.
  pipeline(source, gunzip).catch(() => {});
  return gunzip as AsyncIterable<Buffer>;
}

async function firstChunk(source: Readable): Promise<Buffer> {
  await new Promise<void>((resolve, reject) => {
    source.once('readable', resolve);
    source.once('end', resolve);
    source.once('error', reject);
  });
  const chunk = source.read() as Buffer | null;
  if (chunk) source.unshift(chunk);
  return chunk ?? Buffer.alloc(0);
}

function starts(bytes: Buffer, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}
