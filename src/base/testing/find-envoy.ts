import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Why a test with the real Envoy is skipped where there is none. */
export const NO_ENVOY = 'no envoy: set ENVOY, put it on the PATH, or run scripts/install-envoy.sh';

/** The path of a real Envoy to check against: from $ENVOY, the PATH, or the checkout's `.cache/envoy`; undefined where there is none. */
export function findEnvoy(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const onPath = (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'envoy'));
  return [env['ENVOY'] ?? '', ...onPath, join(repositoryRoot(), '.cache/envoy')].find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
