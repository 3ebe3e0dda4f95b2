import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { codeOf, messageOf } from '../../base/errors.js';
import { CliError } from '../errors.js';

const EXTENSIONS: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json']);
/** A folder with more is not one of manifests. */
export const FILES_MAX = 10_000;

/**
 * The files that names of files and folders mean: a folder stands for every YAML and JSON file in it and below, in the order of
 * their names. `-`, the standard input, stays.
 * @throws CliError where there is no such file, or none in a folder
 */
export function expandFiles(names: readonly string[]): string[] {
  const files = names.flatMap((name) => (name === '-' || !isFolder(name) ? [name] : filesIn(name)));
  if (files.length > FILES_MAX) {
    throw new CliError('TOO_MANY_FILES', `more than ${FILES_MAX} files`, 'Name a smaller folder.');
  }
  return [...new Set(files)];
}

function filesIn(folder: string): string[] {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && EXTENSIONS.has(extname(entry.name).toLowerCase()))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (found.length > 0) return found;
  throw new CliError('NO_MANIFESTS', `"${folder}" has no file that ends in ${[...EXTENSIONS].join(', ')}`);
}

function isFolder(name: string): boolean {
  try {
    return statSync(name).isDirectory();
  } catch (error) {
    const reason = codeOf(error) === 'ENOENT' ? 'no such file' : messageOf(error);
    throw new CliError('CANNOT_READ', `Cannot read "${name}": ${reason}`);
  }
}
