import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import type { Owners } from './ownership.js';

const BLOCK = 512;
const NAME_MAX = 100;
/** What eleven octal digits hold. */
const SIZE_MAX = 0o77777777777;
/** What seven octal digits hold. */
const ID_MAX = 0o7777777;
const KIND = { file: '0', symlink: '2', folder: '5', pax: 'x' } as const;

export interface TarOptions {
  /** Owners that the file system could not be told. */
  readonly owners?: Owners;
  /** Folder of the layers below: what is the same there is left out, and what is missing here becomes a whiteout. */
  readonly against?: string;
}

/**
 * A folder as a tar archive (POSIX.1-2001 pax where names are long), in order of names: an image layer. Files have the owners that
 * root gave them; those of an ordinary user are root's.
 */
export async function* tarOf(folder: string, options: TarOptions = {}): AsyncGenerator<Buffer> {
  yield* new TarWriter(folder, options).folder('');
  yield Buffer.alloc(BLOCK * 2);
}

const WHITEOUT = '.wh.';

class TarWriter {
  private readonly isRoot = process.getuid?.() === 0;

  constructor(
    private readonly root: string,
    private readonly options: TarOptions,
  ) {}

  async *folder(relative: string): AsyncGenerator<Buffer> {
    const { against } = this.options;
    const names = await readdir(path.join(this.root, relative));
    const below = against === undefined ? [] : await readdir(path.join(against, relative)).catch(() => []);
    for (const name of [...new Set([...names, ...below])].sort()) {
      const inside = relative === '' ? name : `${relative}/${name}`;
      if (names.includes(name)) yield* this.entry(inside);
      else yield header({ ...EMPTY, name: path.posix.join(relative, WHITEOUT + name), kind: KIND.file });
    }
  }

  private async *entry(inside: string): AsyncGenerator<Buffer> {
    const file = path.join(this.root, inside);
    const found = await lstat(file);
    const isNew = await this.differs(inside, found);
    const owner = this.options.owners?.get(inside) ?? (this.isRoot ? found : ROOT);
    const { uid, gid } = owner;
    const base = { mode: found.mode & 0o7777, mtime_s: Math.floor(found.mtimeMs / 1000), uid, gid, size: 0, link: '' };
    if (found.isDirectory()) {
      const own = header({ ...base, name: `${inside}/`, kind: KIND.folder });
      let isWritten = isNew;
      if (isNew) yield own;
      for await (const chunk of this.folder(inside)) {
        if (!isWritten) yield own;
        isWritten = true;
        yield chunk;
      }
    } else if (!isNew) return;
    else if (found.isSymbolicLink()) {
      yield header({ ...base, name: inside, kind: KIND.symlink, link: await readlink(file) });
    } else if (found.isFile()) {
      yield header({ ...base, name: inside, kind: KIND.file, size: found.size });
      yield* createReadStream(file);
      yield Buffer.alloc(padding(found.size));
    }
  }

  /** The copy that a build started from has the times of what it was copied from. */
  private async differs(inside: string, found: Stats): Promise<boolean> {
    const { against, owners } = this.options;
    if (against === undefined || owners?.has(inside)) return true;
    const before = await lstat(path.join(against, inside)).catch(() => undefined);
    if (!before || before.mode !== found.mode || before.uid !== found.uid || before.gid !== found.gid) return true;
    if (found.isDirectory()) return false;
    if (found.isSymbolicLink()) {
      return (await readlink(path.join(against, inside))) !== (await readlink(path.join(this.root, inside)));
    }
    return before.size !== found.size || Math.floor(before.mtimeMs) !== Math.floor(found.mtimeMs);
  }
}

const ROOT = { uid: 0, gid: 0 };
const EMPTY = { ...ROOT, mode: 0o644, mtime_s: 0, size: 0, link: '' };

interface Entry {
  readonly name: string;
  readonly kind: string;
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime_s: number;
  readonly link: string;
}

function header(entry: Entry): Buffer {
  const records: string[] = [];
  if (Buffer.byteLength(entry.name) > NAME_MAX) records.push(paxRecord('path', entry.name));
  if (Buffer.byteLength(entry.link) > NAME_MAX) records.push(paxRecord('linkpath', entry.link));
  if (entry.size > SIZE_MAX) records.push(paxRecord('size', String(entry.size)));
  if (entry.uid > ID_MAX) records.push(paxRecord('uid', String(entry.uid)));
  if (entry.gid > ID_MAX) records.push(paxRecord('gid', String(entry.gid)));
  if (records.length === 0) return block(entry);
  const body = Buffer.from(records.join(''));
  const extended = block({ ...entry, name: 'PaxHeaders/entry', link: '', kind: KIND.pax, size: body.length });
  return Buffer.concat([extended, body, Buffer.alloc(padding(body.length)), block(entry)]);
}

function block(entry: Entry): Buffer {
  const bytes = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, digits: number) =>
    bytes.write(`${value.toString(8).padStart(digits, '0')}\0`, at);
  bytes.write(truncated(entry.name), 0);
  octal(entry.mode, 100, 7);
  octal(Math.min(entry.uid, ID_MAX), 108, 7);
  octal(Math.min(entry.gid, ID_MAX), 116, 7);
  octal(Math.min(entry.size, SIZE_MAX), 124, 11);
  octal(entry.mtime_s, 136, 11);
  bytes.fill(' ', 148, 156);
  bytes.write(entry.kind, 156);
  bytes.write(truncated(entry.link), 157);
  bytes.write('ustar\x0000', 257, 'latin1');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}

function truncated(text: string): string {
  return Buffer.from(text).subarray(0, NAME_MAX).toString('latin1');
}

/** The record's own length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}
