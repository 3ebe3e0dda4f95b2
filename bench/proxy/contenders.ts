import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { envoyBootstrap, haproxyConfig, nginxConfig } from './config.js';

export interface Contender {
  readonly name: string;
  /** undefined: not installed. */
  readonly command: (port: number, upstreamPort: number, folder: string) => readonly string[] | undefined;
  /** The process that serves is a child of the one started. */
  readonly servesInChild?: boolean;
}

const HERE = dirname(fileURLToPath(import.meta.url));

/** Looks where a user would have put it: the variable, the cache of the checkout, the path. */
export function findEnvoy(): string | undefined {
  return firstExisting([process.env['ENVOY'], join(process.cwd(), '.cache/envoy'), ...onPath('envoy')]);
}

export const CONTENDERS: readonly Contender[] = [
  {
    name: 'trysail',
    command: (port, upstreamPort, folder) => {
      writeFileSync(join(folder, 'trysail.yaml'), envoyBootstrap(port, upstreamPort));
      return [process.execPath, join(HERE, 'serve.js'), join(folder, 'trysail.yaml')];
    },
  },
  {
    name: 'envoy',
    command: (port, upstreamPort, folder) => {
      const envoy = findEnvoy();
      if (envoy === undefined) return undefined;
      writeFileSync(join(folder, 'envoy.yaml'), envoyBootstrap(port, upstreamPort));
      return [envoy, '-c', join(folder, 'envoy.yaml'), '--concurrency', '1', '--use-dynamic-base-id', '-l', 'error'];
    },
  },
  {
    name: 'nginx',
    servesInChild: true,
    command: (port, upstreamPort, folder) => {
      const nginx = firstExisting(onPath('nginx'));
      if (nginx === undefined) return undefined;
      writeFileSync(join(folder, 'nginx.conf'), nginxConfig(port, upstreamPort, folder));
      return [nginx, '-p', folder, '-c', join(folder, 'nginx.conf')];
    },
  },
  {
    name: 'haproxy',
    command: (port, upstreamPort, folder) => {
      const haproxy = firstExisting(onPath('haproxy'));
      if (haproxy === undefined) return undefined;
      writeFileSync(join(folder, 'haproxy.cfg'), haproxyConfig(port, upstreamPort));
      return [haproxy, '-db', '-f', join(folder, 'haproxy.cfg')];
    },
  },
];

function onPath(name: string): readonly string[] {
  return [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'].map((folder) =>
    join(folder, name),
  );
}

function firstExisting(candidates: readonly (string | undefined)[]): string | undefined {
  return candidates.find((candidate) => candidate !== undefined && candidate !== '' && existsSync(candidate));
}
