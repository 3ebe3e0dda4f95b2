import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { environmentOf } from './configuration.js';
import type { ImageConfig } from './image.js';
import { resolveInside } from './inside.js';

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const ELF = '\x7fELF';
/** Of a program header (System V ABI, "Program Header"). */
const PT_INTERP = 3;
const HEADER_BYTES = 64;
const PROGRAM_HEADERS_MAX = 256;

/**
 * Whether an image's own files are enough for its command: it is there, and what it is interpreted or loaded by too. Only then is
 * an image `FROM scratch` a root of its own; any other could not run anywhere, so this machine's files are laid below it.
 */
export async function isSelfContained(root: string, config: ImageConfig): Promise<boolean> {
  const [program] = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
  if (program === undefined) return false;
  const folders = program.includes('/')
    ? [config.WorkingDir || '/']
    : (environmentOf(config)['PATH'] ?? DEFAULT_PATH).split(':');
  for (const folder of folders) {
    const file = await resolveInside(root, path.posix.resolve('/', folder, program));
    if (file && (await stat(file)).isFile()) return hasInterpreter(root, file);
  }
  return false;
}

async function hasInterpreter(root: string, file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(4_096), 0, 4_096, 0);
    const start = buffer.toString('latin1');
    if (start.startsWith(ELF)) {
      const loader = loaderOf(buffer, await readFile(file));
      return loader === undefined || (await resolveInside(root, loader)) !== undefined;
    }
    const [, interpreter] = /^#!\s*(\S+)/.exec(start) ?? [];
    return interpreter !== undefined && (await resolveInside(root, interpreter)) !== undefined;
  } finally {
    await handle.close();
  }
}

/** The dynamic loader of a program; undefined for one that is linked statically. */
function loaderOf(header: Buffer, file: Buffer): string | undefined {
  const is64 = header[4] === 2;
  const isLittle = header[5] === 1;
  if (!is64 || !isLittle || file.length < HEADER_BYTES) return undefined;
  const [table, size] = [Number(file.readBigUInt64LE(32)), file.readUInt16LE(54)];
  const count = Math.min(file.readUInt16LE(56), PROGRAM_HEADERS_MAX);
  for (let index = 0; index < count; index++) {
    const at = table + index * size;
    if (at + 56 > file.length || file.readUInt32LE(at) !== PT_INTERP) continue;
    const offset = Number(file.readBigUInt64LE(at + 8));
    const length = Number(file.readBigUInt64LE(at + 32));
    return file.toString('latin1', offset, offset + length).replace(/\0.*$/s, '');
  }
  return undefined;
}
