import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface VolumeFile {
  readonly content: Buffer;
  readonly mode: number;
}

/** Path in the volume -> file. */
export type VolumeFiles = ReadonlyMap<string, VolumeFile>;

const CURRENT = '..data';

/**
 * Writes all files of a volume at once, as kubelet: they lie in a folder of their own, to which `..data` points, and what a program
 * opens are links into `..data`. One rename changes them all; a program that reads meanwhile sees the old files or the new ones.
 */
export async function writeAtomically(folder: string, files: VolumeFiles): Promise<void> {
  await mkdir(folder, { recursive: true });
  const before = await readlink(path.join(folder, CURRENT)).catch(() => undefined);
  const next = `..${randomBytes(8).toString('hex')}`;
  for (const [name, { content, mode }] of files) {
    const file = path.join(folder, next, normal(name));
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
    await chmod(file, mode);
  }
  await mkdir(path.join(folder, next), { recursive: true });
  const link = path.join(folder, `${CURRENT}_tmp`);
  await rm(link, { force: true });
  await symlink(next, link);
  await rename(link, path.join(folder, CURRENT));
  await linkEntries(folder, new Set([...files.keys()].map((name) => normal(name).split('/')[0]!)));
  if (before !== undefined) await rm(path.join(folder, before), { recursive: true, force: true });
}

/** New names appear after their files, old ones go after theirs. */
async function linkEntries(folder: string, names: ReadonlySet<string>): Promise<void> {
  for (const name of names) {
    const place = path.join(folder, name);
    const found = await lstat(place).catch(() => undefined);
    if (!found) await symlink(path.join(CURRENT, name), place);
  }
  for (const name of await readdir(folder)) {
    if (!name.startsWith('..') && !names.has(name)) await rm(path.join(folder, name), { force: true });
  }
}

/** Nothing of a volume lies outside of it, whatever its keys are called. */
function normal(name: string): string {
  return path.posix.normalize(`/${name}`).slice(1);
}
