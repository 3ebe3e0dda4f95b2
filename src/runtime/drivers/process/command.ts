import { constants } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { RuntimeError } from '../../errors.js';
import type { ContainerSpec } from '../driver.js';

/** The container's command as the machine can run it. Paths that exist among the image's files become paths to those. */
export async function machineCommand(
  argv: readonly string[],
  root: string | undefined,
  environment: Readonly<Record<string, string>>,
  cwd: string,
): Promise<string[]> {
  const mapped = await Promise.all(argv.map((word) => inRoot(word, root)));
  const [program, ...rest] = mapped;
  if (program === undefined || program === '') {
    throw new RuntimeError('NO_COMMAND', 'no command specified', 'Give the container a command, or its image a CMD.');
  }
  return [await findProgram(program, environment['PATH'] ?? '', cwd), ...rest];
}

export async function workingFolder(container: ContainerSpec, root: string | undefined): Promise<string> {
  const wanted = container.workingDir || '/';
  if (root === undefined) return (await isFolder(wanted)) ? wanted : '/';
  const folder = path.join(root, wanted);
  await mkdir(folder, { recursive: true });
  return folder;
}

async function inRoot(word: string, root: string | undefined): Promise<string> {
  if (root === undefined || !word.startsWith('/') || word === '/') return word;
  const file = path.join(root, word);
  return stat(file).then(
    () => file,
    () => word,
  );
}

async function findProgram(program: string, searchPath: string, cwd: string): Promise<string> {
  if (program.includes('/')) {
    const file = path.resolve(cwd, program);
    if (await isExecutable(file)) return file;
    throw new RuntimeError('NO_PROGRAM', `exec: "${program}": no such file, or not executable`, RUNS_HERE);
  }
  for (const folder of searchPath.split(':')) {
    const file = path.join(folder || '.', program);
    if (await isExecutable(file)) return file;
  }
  throw new RuntimeError('NO_PROGRAM', `exec: "${program}": executable file not found in $PATH`, RUNS_HERE);
}

const RUNS_HERE = 'Programs of a base image are those of this machine: install it here, or COPY it into the image.';

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

async function isFolder(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
