import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../../base/errors.js';
import { RuntimeError } from '../errors.js';
import { type Instruction, parseDockerfile } from './dockerfile.js';
import { ignoreRules } from './patterns.js';

/** Reads a build's Dockerfile and its .dockerignore, of which the Dockerfile's own comes first. */
export async function readBuildFiles(
  context: string,
  dockerfile = path.join(context, 'Dockerfile'),
): Promise<{ readonly instructions: readonly Instruction[]; readonly ignored: (path: string) => boolean }> {
  const instructions = parseDockerfile(await readDockerfile(dockerfile), shownPath(dockerfile));
  const ignore = await firstText([`${dockerfile}.dockerignore`, path.join(context, '.dockerignore')]);
  return { instructions, ignored: ignoreRules(ignore) };
}

/** As errors name it: short where it is below the current folder. */
function shownPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}

async function readDockerfile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    throw new RuntimeError('NO_DOCKERFILE', `Cannot build: ${file} does not exist`, 'Name another with -f.', {
      cause: error,
    });
  }
}

async function firstText(files: readonly string[]): Promise<string> {
  for (const file of files) {
    if (await stat(file).catch(() => undefined)) return readFile(file, 'utf8');
  }
  return '';
}
