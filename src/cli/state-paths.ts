import { homedir } from 'node:os';
import { join } from 'node:path';
import { CliError } from './errors.js';

export const DEFAULT_NAME = 'default';
/** A name becomes a folder and part of process titles. */
const NAME = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/;

/** Which mesh a command means: what it was told, or the one of the shell it runs in. */
export function meshName(given: string | undefined, env: NodeJS.ProcessEnv): string {
  const name = given ?? env['TRYSAIL_NAME'] ?? DEFAULT_NAME;
  if (NAME.test(name)) return name;
  throw new CliError(
    'INVALID_NAME',
    `Cannot use "${name}" as the name of a mesh`,
    'Use at most 32 lower-case letters, digits and dashes, with a letter or digit at both ends.',
  );
}

/** `$XDG_STATE_HOME/trysail/NAME`, by default below `~/.local/state`. */
export function stateFolder(name: string, env: NodeJS.ProcessEnv): string {
  const given = env['XDG_STATE_HOME'];
  const base = given?.startsWith('/') ? given : join(env['HOME'] || homedir(), '.local', 'state');
  return join(base, 'trysail', name);
}

/** In the state folder: who has it may look at the console. */
export const CONSOLE_TOKEN_FILE = 'console-token';

/** In the state folder: who has it may write to the mesh's registry. */
export const REGISTRY_PASSWORD_FILE = 'registry-password';

export function kubeconfigPath(stateFolder_: string): string {
  return join(stateFolder_, 'kubeconfig');
}
