import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';

const BLOCK = 512;
const NAME_MAX = 100;
/** What eleven octal digits hold. */
const SIZE_MAX = 0o77777777777;
const KIND = { file: '0', symlink: '2', folder: '5', pax: 'x' } as const;

/** A folder as a tar archive (POSIX.1-2001 pax where names are long), owned by root, in order of names: an image layer. */
export async function* tarOf(folder: string): AsyncGenerator<Buffer> {
  yield* entriesOf(folder, '');
  yield Buffer.alloc(BLOCK * 2);
}

async function* entriesOf(root: string, relative: string): AsyncGenerator<Buffer> {
  for (const name of (await readdir(path.join(root, relative))).sort()) {
    const inside = relative === '' ? name : `${relative}/${name}`;
    const file = path.join(root, inside);
    const found = await lstat(file);
    const base = { mode: found.mode & 0o7777, mtime_s: Math.floor(found.mtimeMs / 1000) };
    if (found.isDirectory()) {
      yield header({ ...base, name: `${inside}/`, kind: KIND.folder, size: 0, link: '' });
      yield* entriesOf(root, inside);
    } else if (found.isSymbolicLink()) {
      yield header({ ...base, name: inside, kind: KIND.symlink, size: 0, link: await readlink(file) });
    } else if (found.isFile()) {
      yield header({ ...base, name: inside, kind: KIND.file, size: found.size, link: '' });
      yield* createReadStream(file);
      yield Buffer.alloc(padding(found.size));
    }
  }
}

interface Entry {
  readonly name: string;
  readonly kind: string;
  readonly size: number;
  readonly mode: number;
  readonly mtime_s: number;
  readonly link: string;
}

function header(entry: Entry): Buffer {
  const records: string[] = [];
  if (Buffer.byteLength(entry.name) > NAME_MAX) records.push(paxRecord('path', entry.name));
  if (Buffer.byteLength(entry.link) > NAME_MAX) records.push(paxRecord('linkpath', entry.link));
  if (entry.size > SIZE_MAX) records.push(paxRecord('size', String(entry.size)));
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
  octal(0, 108, 7);
  octal(0, 116, 7);
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
