import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { bindTree, mount, setTreeReadOnly, unmount } from '../../../native/index.js';

const PERMISSIONS = 0o7777;

/** Of the host: not shown, or made anew. */
const NOT_FROM_HOST = new Set(['proc', 'sys', 'dev', 'run', 'tmp', 'root', 'home', 'lost+found']);

export interface FolderMergeSpec {
  /** Where the merged folders are to be seen. */
  readonly root: string;
  /** A folder for what containers write. */
  readonly scratch: string;
  readonly hostMounts: readonly string[];
  /** Paths inside at which something is put later. */
  readonly inserted: readonly string[];
  readonly rootless: boolean;
}

/**
 * Shows an image's folders over the host's. Where it can, each top-level folder is one overlay, which the container may write to
 * without touching either. What no overlay can hold (mounts inside it, the image itself inside it, an old kernel) is merged entry by
 * entry or, of the host alone, shown read-only.
 */
export class FolderMerge {
  private layers = 0;

  constructor(private readonly spec: FolderMergeSpec) {}

  /** Shows an image's files and nothing of the host. */
  ownRoot(folder: string): void {
    this.overlay([folder], this.spec.root);
  }

  /** Merges everything but what is made anew. @param folder the image's files; absent: the host alone */
  mergeRoot(folder: string | undefined): void {
    const host = readdirSync('/').filter((name) => !NOT_FROM_HOST.has(name));
    const image = folder === undefined ? [] : readdirSync(folder);
    const behindLinks: { readonly layer: string; readonly target: string }[] = [];
    for (const name of new Set([...host, ...image])) {
      const below = image.includes(name) ? join(folder as string, name) : undefined;
      const above = host.includes(name) ? join('/', name) : undefined;
      if (above && isLink(above)) {
        symlinkSync(readlinkSync(above), join(this.spec.root, name));
        if (below && isFolder(below)) behindLinks.push({ layer: below, target: realpathSync(above) });
      } else {
        this.place(below, above, join(this.spec.root, name));
      }
    }
    // /bin of an image belongs to /usr/bin where the host's /bin is a link to that.
    for (const { layer, target } of behindLinks)
      this.overlay([layer, join(this.spec.root, target)], join(this.spec.root, target));
  }

  /** Shows the image's entry over the host's; one of them may be missing. */
  private place(image: string | undefined, host: string | undefined, target: string): void {
    const upper = image ?? host;
    if (upper === undefined || this.spec.inserted.includes(this.inside(target))) return;
    if (isLink(upper)) {
      symlinkSync(readlinkSync(upper), target);
    } else if (isFolder(upper)) {
      mkdirSync(target);
      this.placeFolder(image, host !== undefined && isFolder(host) ? host : undefined, target);
    } else if (image !== undefined || dirname(target) !== this.spec.root) {
      bindFile(upper, target);
    }
  }

  private placeFolder(image: string | undefined, host: string | undefined, target: string): void {
    const layers = [image, host].filter((layer) => layer !== undefined);
    if (!this.holdsMounts(host) && this.tryOverlay(layers, target)) return;
    if (layers.length > 1 || this.holdsInserted(target)) this.mergeEntries(image, host, target);
    else this.bindReadOnly(layers[0] as string, target);
  }

  /** An overlay does not show what is mounted inside its layers. */
  private holdsMounts(host: string | undefined): boolean {
    return host !== undefined && this.spec.hostMounts.some((point) => isBelow(point, host) && point !== host);
  }

  private holdsInserted(target: string): boolean {
    return this.spec.inserted.some((path) => isBelow(path, this.inside(target)));
  }

  private inside(target: string): string {
    return target.slice(this.spec.root.length);
  }

  private mergeEntries(image: string | undefined, host: string | undefined, target: string): void {
    const fromImage = new Set(entriesOf(image));
    const fromHost = new Set(entriesOf(host));
    for (const name of new Set([...fromImage, ...fromHost])) {
      const below = fromImage.has(name) ? join(image as string, name) : undefined;
      const above = fromHost.has(name) ? join(host as string, name) : undefined;
      this.place(below, above, join(target, name));
    }
  }

  private bindReadOnly(source: string, target: string): void {
    bindTree(source, target);
    if (isBelow(this.spec.scratch, source)) unmount(join(this.spec.root, this.spec.scratch));
    setTreeReadOnly(target);
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
    const folder = join(this.spec.scratch, `layer${this.layers++}`);
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

/** A folder of the host that this user may not read is shown empty. */
function entriesOf(folder: string | undefined): string[] {
  try {
    return folder === undefined ? [] : readdirSync(folder);
  } catch {
    return [];
  }
}

/** Shows a file at `target`, over what may be there. */
export function bindFile(source: string, target: string): void {
  makeFile(target);
  bindTree(source, target);
}

/** An empty file, where there is nothing yet. */
export function makeFile(target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  if (!existsSync(target)) writeFileSync(target, '');
}

export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

export function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

export function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}
