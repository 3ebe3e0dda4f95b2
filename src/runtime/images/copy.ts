import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  utimes,
} from 'node:fs/promises';
import path from 'node:path';
import { RuntimeError } from '../errors.js';
import { resolveInside } from './inside.js';
import { giveTo, type Owner, type Owners } from './ownership.js';
import { hasWildcard, ignoreRules, patternExpression } from './patterns.js';
import { realFolder } from './unpack-layer.js';

export interface CopySource {
  readonly root: string;
  /** By path from the root, with `/`. */
  readonly ignored: (path: string) => boolean;
  /** Whether what is not below the root is taken from this machine, whose file system stands for the base image. */
  readonly onHost?: boolean;
  /** For errors: "the build's folder". */
  readonly what: string;
  /** Whether links that lead out of it are refused; otherwise they are read as a program would whose root it is. */
  readonly isContext: boolean;
}

export interface CopyTarget {
  readonly root: string;
  readonly owners: Owners;
}

export interface CopyRequest {
  readonly sources: readonly string[];
  readonly destination: string;
  readonly workingDir: string;
  /** For all that is copied. */
  readonly mode?: number;
  readonly owner?: Owner;
  /** Patterns of what is left out. */
  readonly exclude?: readonly string[];
}

interface Source {
  /** On this machine, links resolved. */
  readonly place: string;
  /** From the source's root, for .dockerignore. */
  readonly relative: string;
}

/** COPY: a folder's contents, or files, from below one root to below another; never outside of either. */
export async function copyInto(from: CopySource, to: CopyTarget, request: CopyRequest): Promise<void> {
  const found = (await Promise.all(request.sources.map((source) => matching(from, source)))).flat();
  const asFolder = request.destination.endsWith('/') || /(^|\/)\.$/.test(request.destination) || found.length > 1;
  const copying = new Copying(from, to, request);
  for (const source of found) {
    if ((await stat(source.place)).isDirectory()) {
      await copying.folder(source, await copying.destination(request.destination));
    } else if (asFolder || (await isFolder(to.root, request))) {
      const folder = await copying.destination(request.destination);
      await copying.file(source.place, path.join(folder, path.basename(source.relative)));
    } else {
      const folder = await copying.destination(path.posix.dirname(request.destination));
      await copying.file(source.place, path.join(folder, path.posix.basename(request.destination)));
    }
  }
}

class Copying {
  private readonly excluded: (path: string) => boolean;

  constructor(
    private readonly from: CopySource,
    private readonly to: CopyTarget,
    private readonly request: CopyRequest,
  ) {
    this.excluded = ignoreRules((request.exclude ?? []).join('\n'));
  }

  /** The folder in the target, made where it is missing. */
  async destination(name: string): Promise<string> {
    const absolute = path.posix.resolve('/', this.request.workingDir, name);
    const isNew = (await resolveInside(this.to.root, absolute)) === undefined;
    const place = await realFolder(this.to.root, absolute);
    if (isNew && this.request.owner) await giveTo(this.request.owner, this.to.root, place, this.to.owners);
    return place;
  }

  async folder(source: Source, place: string, below = ''): Promise<void> {
    for (const name of (await readdir(path.join(source.place, below))).sort()) {
      const inside = path.posix.join(below, name);
      const relative = path.posix.join(source.relative, inside);
      const file = path.join(source.place, inside);
      const target = path.join(place, name);
      const left = (each: string) => this.from.ignored(path.posix.join(source.relative, each)) || this.excluded(each);
      if ((await lstat(file)).isDirectory()) {
        // A folder is walked even when ignored: a later line of .dockerignore may keep something in it.
        if (left(inside) && !(await this.hasKept(file, relative, inside))) continue;
        await this.makeFolder(target);
        await this.folder(source, target, inside);
        await this.finish(target, await stat(file));
      } else if (!left(inside)) await this.entry(file, target);
    }
  }

  async file(source: string, target: string): Promise<void> {
    const found = await stat(source);
    const there = await lstat(target).catch(() => undefined);
    if (there?.isDirectory())
      throw new RuntimeError('COPY_FAILED', `cannot copy a file over the folder ${path.basename(target)}`);
    if (there) await rm(target);
    await copyFile(source, target);
    await this.finish(target, found);
  }

  private async entry(source: string, target: string): Promise<void> {
    const found = await lstat(source);
    if (found.isFile()) return this.file(source, target);
    // Sockets and the like are left out, as docker does.
    if (!found.isSymbolicLink()) return;
    await rm(target, { recursive: true, force: true });
    await symlink(await readlink(source), target);
    if (this.request.owner) await giveTo(this.request.owner, this.to.root, target, this.to.owners);
  }

  private async makeFolder(place: string): Promise<void> {
    const there = await lstat(place).catch(() => undefined);
    if (there && !there.isDirectory()) await rm(place);
    if (!there?.isDirectory()) await mkdir(place);
  }

  private async finish(target: string, source: { readonly mode: number; readonly atime: Date; readonly mtime: Date }) {
    const { mode, owner } = this.request;
    if (owner) await giveTo(owner, this.to.root, target, this.to.owners);
    await chmod(target, mode ?? source.mode & 0o7777);
    await utimes(target, source.atime, source.mtime);
  }

  private async hasKept(folder: string, relative: string, inside: string): Promise<boolean> {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const [next, below] = [path.posix.join(relative, entry.name), path.posix.join(inside, entry.name)];
      const isKept = entry.isDirectory()
        ? await this.hasKept(path.join(folder, entry.name), next, below)
        : !this.from.ignored(next) && !this.excluded(below);
      if (isKept) return true;
    }
    return false;
  }
}

async function isFolder(root: string, { workingDir, destination }: CopyRequest): Promise<boolean> {
  const place = await resolveInside(root, path.posix.resolve('/', workingDir, destination));
  return place !== undefined && (await stat(place)).isDirectory();
}

/** What a source word means: files and folders that are there. */
export async function matching(from: CopySource, source: string): Promise<Source[]> {
  const relative = path.posix.resolve('/', source).slice(1);
  if (!hasWildcard(relative)) {
    const found = from.ignored(relative) ? undefined : await locate(from, relative);
    if (!found) throw missing(from, source);
    return [{ place: found, relative }];
  }
  let candidates = [''];
  for (const part of relative.split('/')) {
    const expression = patternExpression(part);
    const next: string[] = [];
    for (const folder of candidates) {
      const place = await locate(from, folder);
      for (const name of (await readdir(place ?? '').catch(() => [])).sort()) {
        if (expression.test(name)) next.push(path.posix.join(folder, name));
      }
    }
    candidates = next;
  }
  const kept = candidates.filter((candidate) => !from.ignored(candidate));
  const places = await Promise.all(kept.map(async (each) => ({ relative: each, place: await locate(from, each) })));
  const found = places.flatMap(({ relative: each, place }) => (place === undefined ? [] : [{ relative: each, place }]));
  if (found.length === 0) throw missing(from, source);
  return found;
}

async function locate(from: CopySource, relative: string): Promise<string | undefined> {
  if (!from.isContext) {
    const inside = await resolveInside(from.root, relative);
    return inside ?? (from.onHost ? resolveInside('/', relative) : undefined);
  }
  const [root, real] = await Promise.all([
    realpath(from.root),
    realpath(path.join(from.root, relative)).catch(() => undefined),
  ]);
  return real !== undefined && (real === root || real.startsWith(root + path.sep)) ? real : undefined;
}

function missing({ what }: CopySource, source: string): RuntimeError {
  return new RuntimeError(
    'COPY_NOT_FOUND',
    `${JSON.stringify(source)} is not in ${what}, or is left out by .dockerignore`,
  );
}
