import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerSpec } from '../driver.js';
import { PROGRAM_FOLDER } from './rootfs.js';

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const IMAGE_FOLDERS = ['usr/local/bin', 'usr/bin', 'bin'];

/** This Node is in every container, since the home folder that it may live in is not. */
export function hostPrograms(): Record<string, string> {
  return { node: process.execPath };
}

/**
 * The container's variables, with a PATH that reaches this Node: last where the image brings its own, else first. An image that is a
 * root of its own has what it has.
 */
export function environmentOf(container: ContainerSpec): Record<string, string> {
  const path = container.env['PATH'] ?? DEFAULT_PATH;
  const withNode = container.ownRoot
    ? path
    : bringsNode(container.rootfs)
      ? `${path}:${PROGRAM_FOLDER}`
      : `${PROGRAM_FOLDER}:${path}`;
  // Containers see no homes of the host, whoever they run as.
  const home = container.user && container.user.uid !== 0 ? '/' : '/root';
  return { HOME: home, ...container.env, PATH: withNode };
}

function bringsNode(rootfs: string | undefined): boolean {
  return rootfs !== undefined && IMAGE_FOLDERS.some((folder) => existsSync(join(rootfs, folder, 'node')));
}
