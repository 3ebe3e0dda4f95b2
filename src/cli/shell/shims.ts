import { accessSync, chmodSync, constants, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first executable of this name on a PATH. */
export function findOnPath(name: string, path: string | undefined): string | undefined {
  return (path ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/**
 * Writes the commands that stand for others inside the shell: `trysail` and `istioctl` are this program, `docker` builds into the
 * mesh's image store and hands all else to the real one, and `siege` is `trysail load` where there is none.
 *
 * @param self how this program is started: interpreter and script
 */
export function writeShims(folder: string, self: readonly string[], path: string | undefined): void {
  const trysail = self.map(quote).join(' ');
  writeShim(folder, 'trysail', `exec ${trysail} "$@"\n`);
  writeShim(folder, 'istioctl', `exec ${trysail} "$@"\n`);
  writeShim(folder, 'docker', dockerShim(trysail, findOnPath('docker', path)));
  if (!findOnPath('siege', path)) writeShim(folder, 'siege', siegeShim(trysail));
}

/** siege's -d is a pause between requests, where it would be a body here. */
function siegeShim(trysail: string): string {
  const refused = 'echo "error: there is no siege here, and trysail load, which stands for it, has no -d" >&2; exit 2';
  return [
    'for word in "$@"; do',
    `  case "$word" in -d*|--delay*) ${refused} ;; esac`,
    'done',
    `exec ${trysail} load "$@"`,
    '',
  ].join('\n');
}

const WORDS = 'build, images, pull, push, tag, rmi, inspect, save and load';

function dockerShim(trysail: string, docker: string | undefined): string {
  const others = docker
    ? `exec ${quote(docker)} "$@"`
    : `echo "error: no docker here; in this shell ${WORDS} work on the mesh's images" >&2; exit 1`;
  return [
    'case "$1" in',
    `  build|pull|push|tag|inspect|save|load|rmi|images) verb=$1; shift ;;`,
    `  image) shift; exec ${trysail} image "$@" ;;`,
    `  *) ${others} ;;`,
    'esac',
    'case "$verb" in rmi) verb=rm ;; images) verb=list ;; esac',
    `exec ${trysail} image "$verb" "$@"`,
    '',
  ].join('\n');
}

function writeShim(folder: string, name: string, body: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${body}`);
  chmodSync(path, 0o700);
}

/** One word for a POSIX shell. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
