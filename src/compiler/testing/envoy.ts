import { existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { repoRoot } from './repo-root.js';

/** A real Envoy to check against: $ENVOY, on the path, or `.cache/envoy` (the program, or a folder with it). */
export function findEnvoy(): string | undefined {
  const cache = join(repoRoot(), '.cache/envoy');
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = [process.env['ENVOY'] ?? '', ...folders.map((folder) => join(folder, 'envoy'))];
  return [...candidates, cache, join(cache, 'envoy')].find(isFile);
}

function isFile(path: string): boolean {
  return path !== '' && existsSync(path) && statSync(path).isFile();
}
