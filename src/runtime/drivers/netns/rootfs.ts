import { existsSync, mkdirSync, readFileSync, readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bindTree, MountFlag, mount, setReadOnly, unmount } from '../../../native/index.js';
import { populateDevices } from './devices.js';
import { bindFile, FolderMerge, isBelow, isFolder, isLink, makeFile } from './folder-merge.js';

export interface RootfsSpec {
  /** The driver's folder; its mounts are not for containers. Serves as the place to build in. */
  readonly runDir: string;
  /** The image's files; absent: the host alone. */
  readonly image?: string;
  /** Files that every container of the pod sees: path -> content. */
  readonly files: Readonly<Record<string, string>>;
  readonly mounts: readonly { readonly source: string; readonly target: string; readonly readOnly: boolean }[];
  /** Host programs to be found in {@link PROGRAM_FOLDER}: name -> path. */
  readonly programs: Readonly<Record<string, string>>;
  /** For an image that is a root of its own: files of the host that start its command, path inside -> path on the host. */
  readonly helpers?: Readonly<Record<string, string>>;
  /** Overlays in a user namespace keep their marks in attributes that it may write. */
  readonly rootless: boolean;
  /** Whether only what is mounted may be written. */
  readonly readOnly: boolean;
}

/** Where `programs` are. */
export const PROGRAM_FOLDER = '/.trysail/bin';

/** What a container may write over the host's files and the image's, in memory. */
export const WRITABLE_BYTES_MAX = 1024 * 1024 * 1024;

/**
 * Builds what a container sees at `/`: the image's files over the host's, or alone, all writable for it alone. The calling thread has a
 * mount namespace of its own.
 * @returns the folder to change the root to
 */
export function buildRootfs(spec: RootfsSpec): string {
  const hostMounts = mountPoints(spec.runDir);
  // Pinned namespaces would otherwise live as long as this container.
  unmount(spec.runDir);
  mount('tmpfs', spec.runDir, 'tmpfs', 0, `mode=755,size=${WRITABLE_BYTES_MAX}`);
  const root = join(spec.runDir, 'root');
  mkdirSync(root);
  const inserted = [...Object.keys(spec.files), ...spec.mounts.map(({ target }) => target)];
  const merge = new FolderMerge({ root, scratch: spec.runDir, hostMounts, inserted, rootless: spec.rootless });
  if (spec.helpers && spec.image !== undefined) merge.ownRoot(spec.image);
  else {
    mount('tmpfs', root, 'tmpfs', 0, `mode=755,size=${WRITABLE_BYTES_MAX}`);
    merge.mergeRoot(spec.image);
  }
  placeSystem(root);
  placeFiles(spec, root);
  const places = spec.mounts.map(({ source: named, target, readOnly }) => {
    // A file of a ConfigMap is a link.
    const source = realpathSync(named);
    return { source, place: makePlace(source, placeIn(root, target)), readOnly };
  });
  if (spec.readOnly) closeRoot(root);
  for (const { source, place, readOnly } of places) bindTree(source, place, readOnly);
  return root;
}

/** Mount points of this namespace but those below `excluded`. */
function mountPoints(excluded: string): string[] {
  const lines = readFileSync('/proc/thread-self/mountinfo', 'utf8').split('\n');
  const points = lines.map((line) => line.split(' ')[4] ?? '').filter((point) => point !== '');
  return points.filter((point) => !isBelow(point, excluded));
}

function placeSystem(root: string): void {
  for (const name of ['proc', 'sys', 'dev', 'run', 'home']) mkdirSync(join(root, name), { recursive: true });
  mkdirSync(join(root, 'root'), { recursive: true, mode: 0o700 });
  const temporary = join(root, 'tmp');
  if (!existsSync(temporary)) mkdirSync(temporary);
  mount('tmpfs', temporary, 'tmpfs', MountFlag.NOSUID | MountFlag.NODEV, `mode=1777,size=${WRITABLE_BYTES_MAX}`);
  // The container's first process mounts its own above; the kernel allows that only where one is in full view.
  bindTree('/proc', join(root, 'proc'));
  const flags = MountFlag.RDONLY | MountFlag.NOSUID | MountFlag.NODEV | MountFlag.NOEXEC;
  try {
    mount('sysfs', join(root, 'sys'), 'sysfs', flags);
  } catch {
    bindTree('/sys', join(root, 'sys'), true);
  }
  populateDevices(join(root, 'dev'));
}

function placeFiles(spec: RootfsSpec, root: string): void {
  for (const [path, content] of Object.entries(spec.files)) {
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    // The host's may be a link to elsewhere, or a file of a user whom a rootless mesh may not write for.
    rmSync(target, { force: true });
    writeFileSync(target, content);
  }
  for (const [path, source] of Object.entries(spec.helpers ?? {})) bindFile(source, join(root, path));
  for (const [name, source] of Object.entries(spec.programs)) {
    const target = join(root, PROGRAM_FOLDER, name);
    bindFile(source, target);
  }
}

/** What a mount needs to lie on: a folder for a folder, a file for anything else. */
function makePlace(source: string, place: string): string {
  if (isFolder(source)) mkdirSync(place, { recursive: true });
  else makeFile(place);
  return place;
}

/** Nothing of the image and the host can be written any more; devices, shared memory and /proc are as they were. */
function closeRoot(root: string): void {
  const open = new Set(['dev', 'proc', 'sys'].map((name) => join(root, name)));
  const inRoot = mountPoints('/dev/null').filter((point) => isBelow(point, root));
  for (const point of inRoot) if (![...open].some((folder) => isBelow(point, folder))) setReadOnly(point);
}

const LINKS_MAX = 40;

/** A path as the container will see it: links on the way, such as /var/run, lead to folders below `root`, not to the host's. */
export function placeIn(root: string, target: string): string {
  const waiting = target.split('/').reverse();
  let resolved: string[] = [];
  for (let links = 0; waiting.length > 0; ) {
    const part = waiting.pop()!;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      resolved.pop();
      continue;
    }
    const next = join(root, ...resolved, part);
    if (!isLink(next) || ++links > LINKS_MAX) {
      resolved.push(part);
      continue;
    }
    const to = readlinkSync(next);
    if (to.startsWith('/')) resolved = [];
    waiting.push(...to.split('/').reverse());
  }
  return join(root, ...resolved);
}
