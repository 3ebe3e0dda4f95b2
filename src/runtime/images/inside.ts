import { lstat, readlink } from 'node:fs/promises';
import path from 'node:path';

const LINKS_MAX = 40;

/**
 * Where a path inside of `root` leads, as a program would see it whose root that is: links, absolute ones too, stay inside.
 * @returns path on this machine; undefined when there is nothing
 */
export async function resolveInside(root: string, name: string): Promise<string | undefined> {
  const waiting = name.split('/').reverse();
  let resolved: string[] = [];
  for (let links = 0; waiting.length > 0; ) {
    const part = waiting.pop()!;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      resolved.pop();
      continue;
    }
    const next = path.join(root, ...resolved, part);
    const there = await lstat(next).catch(() => undefined);
    if (!there) return undefined;
    if (!there.isSymbolicLink()) {
      resolved.push(part);
      continue;
    }
    if (++links > LINKS_MAX) return undefined;
    const to = await readlink(next);
    if (to.startsWith('/')) resolved = [];
    waiting.push(...to.split('/').reverse());
  }
  return path.join(root, ...resolved);
}
