import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes a configuration for `siege` that takes the ingress as its proxy, since siege does not look at http_proxy. The user's own
 * settings come first.
 *
 * @returns the path, for $SIEGERC
 */
export function writeSiegerc(folder: string, ingress: string, env: NodeJS.ProcessEnv): string {
  const { hostname, port } = new URL(ingress);
  const path = join(folder, 'siegerc');
  const own = ownSettings(env['SIEGERC'] ?? join(env['HOME'] ?? '', '.siege', 'siege.conf'));
  writeFileSync(path, `${own}\nproxy-host = ${hostname}\nproxy-port = ${port || 80}\n`);
  return path;
}

function ownSettings(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return 'verbose = true\n';
  }
}
