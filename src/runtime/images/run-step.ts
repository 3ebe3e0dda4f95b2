import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { RuntimeError } from '../errors.js';

/** They would change this machine, whose file system stands for the base image. */
const PACKAGE_MANAGERS = /(^|[;&|(]\s*|\bsudo\s+)(apt|apt-get|dpkg|apk|yum|dnf|microdnf|rpm|zypper|pacman)\s/;

export interface RunStep {
  readonly argv: readonly string[];
  readonly root: string;
  readonly workingDir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly onOutput: (line: string) => void;
}

/**
 * For root, who could write anywhere: in a mount namespace of its own the machine's file system is read-only but for the image's
 * folder and the home folder, where package managers keep their caches.
 */
const GUARD = ['unshare', '--mount', '--propagation', 'private', '--'];
const GUARDED_SCRIPT = `
root=$1; folder=$2; shift 2
mount --bind "$root" "$root" || exit 125
[ "$HOME" = / ] || mount --bind "$HOME" "$HOME" || exit 125
mount -o remount,bind,ro / || exit 125
cd "$folder" && exec "$@"
`;

/** RUN: a command of this machine, with the image's folder as its working directory. Absolute paths in it are the machine's. */
export async function runStep(step: RunStep): Promise<void> {
  const text = step.argv.join(' ');
  if (PACKAGE_MANAGERS.test(step.argv.at(-1)!) || PACKAGE_MANAGERS.test(`${text} `)) {
    throw new RuntimeError(
      'RUN_CHANGES_MACHINE',
      `RUN ${step.argv.at(-1)}: would install packages on this machine, which stands for the base image`,
      'Install what is needed on the machine yourself and leave the line out.',
    );
  }
  const cwd = path.join(step.root, step.workingDir);
  await mkdir(cwd, { recursive: true });
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'] ?? step.root,
    ...step.env,
    TRYSAIL_ROOT: step.root,
  };
  const guarded = isGuardable() ? [...GUARD, '/bin/sh', '-c', GUARDED_SCRIPT, 'run', step.root, cwd] : [];
  const [program, ...args] = [...guarded, ...step.argv];
  const child = spawn(program!, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', step.onOutput);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  if (code !== 0) {
    const hint =
      'It runs on this machine with the image as its working directory: paths of the image must be relative.';
    throw new RuntimeError('RUN_FAILED', `RUN ${step.argv.at(-1)}: ended with ${signal ?? `exit code ${code}`}`, hint);
  }
}

function isGuardable(): boolean {
  if (process.getuid?.() !== 0) return false;
  const [program, ...args] = [...GUARD, 'mount', '-o', 'remount,bind,ro', '/'];
  return spawnSync(program!, args, { stdio: 'ignore' }).status === 0;
}
