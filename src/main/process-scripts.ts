import { join } from 'node:path';
import { packageRoot } from './package-root.js';

/** The processes of a mesh that are started as scripts of their own. */
export type ProcessName = 'detached' | 'node' | 'proxy';

/** The file that runs such a process: its modules in one file, made by the build. */
export function processScript(name: ProcessName): string {
  return join(packageRoot(), 'dist', 'bundle', `${name}.js`);
}
