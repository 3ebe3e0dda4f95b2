import { chmod, copyFile, cp, lstat, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { RuntimeError } from '../errors.js';
import { hasWildcard, patternExpression } from './patterns.js';

export interface CopySource {
  readonly root: string;
  /** By path from the root, with `/`. */
  readonly ignored: (path: string) => boolean;
}

export interface CopyRequest {
  readonly sources: readonly string[];
  readonly destination: string;
  readonly workingDir: string;
  /** Octal, for all that is copied. */
  readonly chmod?: string;
}

/** COPY: a folder's contents, or files, from below one root to below another; never outside of either. */
export async function copyInto(from: CopySource, toRoot: string, request: CopyRequest): Promise<void> {
  const found = (await Promise.all(request.sources.map((source) => matching(from, source)))).flat();
  const asFolder = request.destination.endsWith('/') || /(^|\/)\.$/.test(request.destination) || found.length > 1;
  const place = within(toRoot, path.posix.resolve('/', request.workingDir, request.destination));
  for (const relative of found) {
    const source = path.join(from.root, relative);
    if ((await stat(source)).isDirectory()) await copyFolder(from, relative, place);
    else {
      const isFolder =
        asFolder ||
        (await stat(place)
          .then((at) => at.isDirectory())
          .catch(() => false));
      const target = isFolder ? path.join(place, path.basename(relative)) : place;
      await mkdir(path.dirname(target), { recursive: true });
      await copyFile(source, target);
      if (request.chmod) await chmod(target, Number.parseInt(request.chmod, 8));
    }
  }
}

async function copyFolder(from: CopySource, relative: string, place: string): Promise<void> {
  await mkdir(place, { recursive: true });
  for (const name of await readdir(path.join(from.root, relative))) {
    const inside = path.posix.join(relative, name);
    const source = path.join(from.root, inside);
    const target = path.join(place, name);
    // A folder is walked even when ignored: a later line of .dockerignore may keep something in it.
    if ((await lstat(source)).isDirectory()) {
      if (from.ignored(inside) && !(await hasKept(from, inside))) continue;
      await copyFolder(from, inside, target);
    } else if (!from.ignored(inside)) await cp(source, target, { verbatimSymlinks: true, force: true });
  }
}

async function hasKept(from: CopySource, relative: string): Promise<boolean> {
  for (const entry of await readdir(path.join(from.root, relative), { withFileTypes: true })) {
    const inside = path.posix.join(relative, entry.name);
    if (entry.isDirectory() ? await hasKept(from, inside) : !from.ignored(inside)) return true;
  }
  return false;
}

/** Paths from the root that a source word means. */
async function matching(from: CopySource, source: string): Promise<string[]> {
  const relative = path.posix.resolve('/', source).slice(1);
  if (!hasWildcard(relative)) {
    const exists = await stat(within(from.root, `/${relative}`)).catch(() => undefined);
    const real = exists ? await realpath(path.join(from.root, relative)) : '';
    const root = await realpath(from.root);
    if (!exists || (real !== root && !real.startsWith(root + path.sep)) || from.ignored(relative))
      throw missing(source);
    return [relative];
  }
  let candidates = [''];
  for (const part of relative.split('/')) {
    const expression = patternExpression(part);
    const next: string[] = [];
    for (const folder of candidates) {
      for (const name of (await readdir(path.join(from.root, folder)).catch(() => [])).sort()) {
        if (expression.test(name)) next.push(path.posix.join(folder, name));
      }
    }
    candidates = next;
  }
  const kept = candidates.filter((candidate) => !from.ignored(candidate));
  if (kept.length === 0) throw missing(source);
  return kept;
}

function missing(source: string): RuntimeError {
  return new RuntimeError(
    'COPY_NOT_FOUND',
    `${JSON.stringify(source)} is not in the build's folder, or is left out by .dockerignore`,
  );
}

function within(root: string, absolute: string): string {
  return path.join(root, path.posix.normalize(absolute));
}
