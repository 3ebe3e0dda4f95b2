import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { RuntimeError } from '../../errors.js';

/**
 * Programs of the host that start a container's command inside of its root (unshare, setpriv, setsid), for a root that has nothing
 * of the host: with the loader and the libraries that they need.
 */
export interface HelperPrograms {
  /** Name -> path. */
  readonly programs: Readonly<Record<string, string>>;
  readonly libraries: readonly string[];
  /** Absent for programs that need none. */
  readonly loader?: string;
}

/** Where they are seen in such a container. */
export const HELPER_FOLDER = '/.trysail/helpers';
const LIBRARY_FOLDER = `${HELPER_FOLDER}/lib`;
const LOADER = `${HELPER_FOLDER}/loader`;
const NAMES = ['unshare', 'setpriv', 'setsid'];
const SYSTEM_FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

let found: HelperPrograms | undefined;

/** Looks for them and what they load, once. */
export function helperPrograms(): HelperPrograms {
  found ??= look();
  return found;
}

/** Path inside -> path on the host. */
export function helperFiles({ programs, libraries, loader }: HelperPrograms): Record<string, string> {
  return {
    ...Object.fromEntries(Object.entries(programs).map(([name, path]) => [join(HELPER_FOLDER, name), path])),
    ...Object.fromEntries(libraries.map((path) => [join(LIBRARY_FOLDER, basename(path)), path])),
    ...(loader === undefined ? {} : { [LOADER]: loader }),
  };
}

/** The words that start a helper in the root of the calling thread. Error: UTIL_LINUX_MISSING. */
export function helperCommand(name: string): readonly string[] {
  const own = join(HELPER_FOLDER, name);
  if (existsSync(own)) return existsSync(LOADER) ? [LOADER, '--library-path', LIBRARY_FOLDER, own] : [own];
  const program = systemProgram(name);
  if (program !== undefined) return [program];
  throw new RuntimeError('UTIL_LINUX_MISSING', `There is no "${name}" on this machine`, 'Install util-linux.');
}

function look(): HelperPrograms {
  const pairs = NAMES.flatMap((name): [string, string][] => {
    const path = systemProgram(name);
    return path === undefined ? [] : [[name, path]];
  });
  const lines = pairs.flatMap(([, path]) => loadedBy(path));
  const loader = lines.map((line) => /^\s*(\/\S+)\s+\(/.exec(line)?.[1]).find((path) => path !== undefined);
  const libraries = lines.flatMap((line) => /=>\s*(\/\S+)/.exec(line)?.[1] ?? []);
  return {
    programs: Object.fromEntries(pairs),
    libraries: [...new Set(libraries)],
    ...(loader === undefined ? {} : { loader }),
  };
}

/** What ldd(1) prints; nothing for a program that is linked statically, of which it says so by failing. */
function loadedBy(path: string): string[] {
  try {
    return execFileSync('ldd', [path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n');
  } catch {
    return [];
  }
}

function systemProgram(name: string): string | undefined {
  return SYSTEM_FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
