import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { bindTree, MountFlag, mount, setTreeReadOnly, unmount } from '../../../native/index.js';
import { populateDevices } from './devices.js';

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
  /** Overlays in a user namespace keep their marks in attributes that it may write. */
  readonly rootless: boolean;
}

/** Where `programs` are. */
export const PROGRAM_FOLDER = '/.trysail/bin';

/** What a container may write over the host's files and the image's, in memory. */
export const WRITABLE_BYTES_MAX = 1024 * 1024 * 1024;

const PERMISSIONS = 0o7777;

/** Of the host: not shown, or made anew. */
const NOT_FROM_HOST = new Set(['proc', 'sys', 'dev', 'run', 'tmp', 'root', 'home', 'lost+found']);

/**
 * Builds what a container sees at `/`: the image's files over the host's, all writable for it alone. The calling thread has a
 * mount namespace of its own.
 * @returns the folder to change the root to
 */
export function buildRootfs(spec: RootfsSpec): string {
  const outside = mountPoints(spec.runDir);
  // Pinned namespaces would otherwise live as long as this container.
  unmount(spec.runDir);
  mount('tmpfs', spec.runDir, 'tmpfs', 0, `mode=755,size=${WRITABLE_BYTES_MAX}`);
  const root = join(spec.runDir, 'root');
  mkdirSync(root);
  mount('tmpfs', root, 'tmpfs', 0, `mode=755,size=${WRITABLE_BYTES_MAX}`);
  const builder = new RootBuilder(spec, root, outside);
  builder.placeFolders();
  builder.placeSystem();
  builder.placeFiles();
  builder.placeMounts();
  return root;
}

/** Mount points of this namespace but those below `excluded`. */
function mountPoints(excluded: string): string[] {
  const lines = readFileSync('/proc/thread-self/mountinfo', 'utf8').split('\n');
  const points = lines.map((line) => line.split(' ')[4] ?? '').filter((point) => point !== '');
  return points.filter((point) => !isBelow(point, excluded));
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

class RootBuilder {
  private layers = 0;

  constructor(
    private readonly spec: RootfsSpec,
    private readonly root: string,
    private readonly hostMounts: readonly string[],
  ) {}

  placeFolders(): void {
    const host = readdirSync('/').filter((name) => !NOT_FROM_HOST.has(name));
    const image = this.spec.image === undefined ? [] : readdirSync(this.spec.image);
    const behindLinks: { readonly layer: string; readonly target: string }[] = [];
    for (const name of new Set([...host, ...image])) {
      const below = image.includes(name) ? join(this.spec.image as string, name) : undefined;
      const above = host.includes(name) ? join('/', name) : undefined;
      if (above && isLink(above)) {
        symlinkSync(readlinkSync(above), join(this.root, name));
        if (below && isFolder(below)) behindLinks.push({ layer: below, target: realpathSync(above) });
      } else {
        this.place(below, above, join(this.root, name));
      }
    }
    // /bin of an image belongs to /usr/bin where the host's /bin is a link to that.
    for (const { layer, target } of behindLinks)
      this.overlay([layer, join(this.root, target)], join(this.root, target));
  }

  placeSystem(): void {
    for (const name of ['proc', 'sys', 'dev', 'run', 'home']) mkdirSync(join(this.root, name), { recursive: true });
    mkdirSync(join(this.root, 'root'), { recursive: true, mode: 0o700 });
    const temporary = join(this.root, 'tmp');
    if (!existsSync(temporary)) mkdirSync(temporary);
    mount('tmpfs', temporary, 'tmpfs', MountFlag.NOSUID | MountFlag.NODEV, `mode=1777,size=${WRITABLE_BYTES_MAX}`);
    // The container's first process mounts its own above; the kernel allows that only where one is in full view.
    bindTree('/proc', join(this.root, 'proc'));
    const flags = MountFlag.RDONLY | MountFlag.NOSUID | MountFlag.NODEV | MountFlag.NOEXEC;
    try {
      mount('sysfs', join(this.root, 'sys'), 'sysfs', flags);
    } catch {
      bindTree('/sys', join(this.root, 'sys'), true);
    }
    populateDevices(join(this.root, 'dev'));
  }

  placeFiles(): void {
    for (const [path, content] of Object.entries(this.spec.files)) {
      const target = join(this.root, path);
      mkdirSync(dirname(target), { recursive: true });
      // The host's may be a link to elsewhere, or a file of a user whom a rootless mesh may not write for.
      rmSync(target, { force: true });
      writeFileSync(target, content);
    }
    for (const [name, source] of Object.entries(this.spec.programs)) {
      const target = join(this.root, PROGRAM_FOLDER, name);
      this.bindFile(source, target);
    }
  }

  placeMounts(): void {
    for (const { source, target, readOnly } of this.spec.mounts) {
      const place = join(this.root, target);
      if (!isFolder(source)) {
        this.bindFile(source, place);
        if (readOnly) setTreeReadOnly(place);
        continue;
      }
      mkdirSync(place, { recursive: true });
      bindTree(source, place, readOnly);
    }
  }

  /** Shows the image's entry over the host's; one of them may be missing. */
  private place(image: string | undefined, host: string | undefined, target: string): void {
    const upper = image ?? host;
    if (upper === undefined) return;
    if (isLink(upper)) {
      symlinkSync(readlinkSync(upper), target);
    } else if (isFolder(upper)) {
      mkdirSync(target);
      this.placeFolder(image, host !== undefined && isFolder(host) ? host : undefined, target);
    } else if (image !== undefined || dirname(target) !== this.root) {
      this.bindFile(upper, target);
    }
  }

  private placeFolder(image: string | undefined, host: string | undefined, target: string): void {
    const layers = [image, host].filter((layer) => layer !== undefined);
    // An overlay does not show what is mounted inside its layers.
    const plain = host === undefined || !this.hostMounts.some((point) => isBelow(point, host) && point !== host);
    if (plain && this.tryOverlay(layers, target)) return;
    if (image !== undefined && host !== undefined) this.mergeEntries(image, host, target);
    else this.bindReadOnly(layers[0] as string, target);
  }

  /** One level deeper: for folders that no overlay can hold, such as one that the image itself lies in. */
  private mergeEntries(image: string, host: string, target: string): void {
    const fromImage = new Set(readdirSync(image));
    for (const name of new Set([...fromImage, ...readdirSync(host)])) {
      const above = join(host, name);
      const shown = existsSync(above) || isLink(above);
      this.place(fromImage.has(name) ? join(image, name) : undefined, shown ? above : undefined, join(target, name));
    }
  }

  private bindReadOnly(source: string, target: string): void {
    bindTree(source, target);
    if (isBelow(this.spec.runDir, source)) unmount(join(this.root, this.spec.runDir));
    setTreeReadOnly(target);
  }

  private bindFile(source: string, target: string): void {
    mkdirSync(dirname(target), { recursive: true });
    if (!existsSync(target)) writeFileSync(target, '');
    bindTree(source, target);
  }

  private tryOverlay(layers: readonly string[], target: string): boolean {
    try {
      this.overlay(layers, target);
      return true;
    } catch {
      return false;
    }
  }

  private overlay(layers: readonly string[], target: string): void {
    const folder = join(this.spec.runDir, `layer${this.layers++}`);
    const upper = join(folder, 'upper');
    mkdirSync(upper, { recursive: true });
    // What is shown has the uppermost layer's mode.
    chmodSync(upper, statSync(layers[0] as string).mode & PERMISSIONS);
    mkdirSync(join(folder, 'work'));
    const lower = layers.map(escapeLayer).join(':');
    const options = `lowerdir=${lower},upperdir=${escapeLayer(upper)},workdir=${escapeLayer(join(folder, 'work'))}`;
    mount('overlay', target, 'overlay', 0, this.spec.rootless ? `${options},userxattr` : options);
  }
}

function escapeLayer(path: string): string {
  return path.replace(/[\\:,]/g, '\\$&');
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
