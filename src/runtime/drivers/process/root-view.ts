import { lstat, mkdir, mkdtemp, readdir, readlink, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { ContainerSpec } from '../driver.js';

/**
 * The folder that a container sees as its own: the image's, or, where something is mounted, links to the image's files with links
 * to the mounts among them. Programs see it as their working directory and in their arguments; absolute paths inside a program
 * still mean the machine's files (it has TRYSAIL_ROOT to look below).
 * @param parent folder for links, removed by the caller
 * @returns undefined for an image without files and without mounts
 */
export async function rootView(parent: string, container: ContainerSpec): Promise<string | undefined> {
  if (container.mounts.length === 0) return container.rootfs;
  const view = await mkdtemp(path.join(parent, `${container.name}-`));
  if (container.rootfs) await linkEntries(container.rootfs, view);
  for (const mount of container.mounts) await insert(view, mount.target, mount.source);
  return view;
}

async function linkEntries(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) await symlink(path.join(from, name), path.join(to, name));
}

async function insert(view: string, target: string, source: string): Promise<void> {
  const parts = path.posix.normalize(target).split('/').filter(Boolean);
  const last = parts.pop();
  if (last === undefined) return;
  let folder = view;
  for (const part of parts) {
    folder = path.join(folder, part);
    await makeReal(folder);
  }
  const place = path.join(folder, last);
  await rm(place, { recursive: true, force: true });
  await symlink(source, place);
}

/** A link to a folder of the image becomes a folder of links, so that something can be put beside the image's files. */
async function makeReal(folder: string): Promise<void> {
  const found = await lstat(folder).catch(() => undefined);
  if (found?.isDirectory()) return;
  const image = found?.isSymbolicLink() ? await readlink(folder) : undefined;
  if (found) await rm(folder);
  await mkdir(folder);
  if (image) await linkEntries(image, folder);
}
