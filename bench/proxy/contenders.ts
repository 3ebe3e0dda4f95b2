import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { envoyBootstrap } from './config/envoy.js';
import { haproxyConfig } from './config/haproxy.js';
import { nginxConfig } from './config/nginx.js';
import type { ContenderPaths, ProxySetup } from './setup.js';

type Json = Readonly<Record<string, unknown>>;

export interface Contender {
  readonly name: string;
  readonly installed: boolean;
  /** Writes its configuration. @returns the command that serves it; undefined where it cannot do what the setup asks */
  prepare(setup: ProxySetup, paths: ContenderPaths): readonly string[] | undefined;
}

const HERE = dirname(fileURLToPath(import.meta.url));

export const ENVOY = firstExisting([process.env['ENVOY'], join(process.cwd(), '.cache/envoy'), ...onPath('envoy')]);
const NGINX = firstExisting(onPath('nginx'));
const HAPROXY = firstExisting(onPath('haproxy'));

export const CONTENDERS: readonly Contender[] = [
  {
    name: 'trysail',
    installed: true,
    prepare: (setup, paths) => serveTrysail([envoyBootstrap(setup, paths)], paths.folder),
  },
  {
    name: 'envoy',
    installed: ENVOY !== undefined,
    prepare: (setup, paths) => serveEnvoy(envoyBootstrap(setup, paths), join(paths.folder, 'envoy.json')),
  },
  {
    name: 'nginx',
    installed: NGINX !== undefined,
    prepare: (setup, paths) => {
      const config = nginxConfig(setup, paths);
      if (config === undefined) return undefined;
      writeFileSync(join(paths.folder, 'nginx.conf'), config);
      return [NGINX!, '-p', paths.folder, '-c', join(paths.folder, 'nginx.conf')];
    },
  },
  {
    name: 'haproxy',
    installed: HAPROXY !== undefined,
    prepare: (setup, paths) => {
      const pem = join(paths.folder, 'haproxy.pem');
      const { certificate, key } = setup.certificate;
      writeFileSync(pem, readFileSync(certificate, 'latin1') + readFileSync(key, 'latin1'));
      writeFileSync(join(paths.folder, 'haproxy.cfg'), haproxyConfig(setup, paths, pem));
      return [HAPROXY!, '-db', '-f', join(paths.folder, 'haproxy.cfg')];
    },
  },
];

/** One process with a logical proxy for each bootstrap. */
export function serveTrysail(bootstraps: readonly Json[], folder: string): readonly string[] {
  const files = bootstraps.map((bootstrap, i) => {
    const file = join(folder, `trysail-${i}.json`);
    writeFileSync(file, JSON.stringify(bootstrap));
    return file;
  });
  return [process.execPath, join(HERE, 'serve.js'), ...files];
}

export function serveEnvoy(bootstrap: Json, file: string): readonly string[] {
  writeFileSync(file, JSON.stringify(bootstrap));
  return [ENVOY!, '-c', file, '--concurrency', '1', '--use-dynamic-base-id', '-l', 'error'];
}

function onPath(name: string): readonly string[] {
  return [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'].map((folder) =>
    join(folder, name),
  );
}

function firstExisting(candidates: readonly (string | undefined)[]): string | undefined {
  return candidates.find((candidate) => candidate !== undefined && candidate !== '' && existsSync(candidate));
}
