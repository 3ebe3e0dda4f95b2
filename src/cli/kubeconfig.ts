import { readFileSync } from 'node:fs';
import { delimiter, dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { codeOf, messageOf } from '../base/errors.js';
import type { ApiEndpoint } from './dependencies.js';
import { CliError } from './errors.js';

/** What a kubeconfig's context says. */
export interface ApiContext {
  readonly endpoint: ApiEndpoint;
  readonly namespace: string;
}

interface Named {
  readonly name: string;
}
interface Cluster extends Named {
  readonly cluster: {
    readonly server: string;
    readonly 'certificate-authority'?: string;
    readonly 'certificate-authority-data'?: string;
  };
}
interface User extends Named {
  readonly user: {
    readonly token?: string;
    readonly tokenFile?: string;
    readonly 'client-certificate'?: string;
    readonly 'client-certificate-data'?: string;
    readonly 'client-key'?: string;
    readonly 'client-key-data'?: string;
  };
}
interface Context extends Named {
  readonly context: { readonly cluster: string; readonly user: string; readonly namespace?: string };
}
interface Kubeconfig {
  readonly 'current-context'?: string;
  readonly clusters?: readonly Cluster[];
  readonly users?: readonly User[];
  readonly contexts?: readonly Context[];
}

/**
 * Reads the current (or the named) context. As in kubectl several files may be given, separated as in PATH; of what is in two
 * of them the first counts.
 *
 * @throws CliError with the file and what it lacks
 */
export function readKubeconfig(paths: string, contextName?: string): ApiContext {
  const files = paths.split(delimiter).filter((path) => path !== '');
  const configs = files.map((path) => ({ path, config: load(path) }));
  const current = contextName ?? configs.map(({ config }) => config['current-context']).find((name) => name);
  if (!current) throw broken(paths, 'no current-context');
  const find = <T extends Named>(kind: 'clusters' | 'users' | 'contexts', name: string): { item: T; path: string } => {
    for (const { path, config } of configs) {
      const item = (config[kind] as readonly Named[] | undefined)?.find((entry) => entry.name === name);
      if (item) return { item: item as T, path };
    }
    throw broken(paths, `no ${kind.slice(0, -1)} "${name}"`);
  };
  const { context } = find<Context>('contexts', current).item;
  const cluster = find<Cluster>('clusters', context.cluster);
  const user = find<User>('users', context.user);
  return { endpoint: endpointOf(cluster, user), namespace: context.namespace || 'default' };
}

function endpointOf(cluster: { item: Cluster; path: string }, user: { item: User; path: string }): ApiEndpoint {
  const of = cluster.item.cluster;
  const who = user.item.user;
  const caCert = inlineOrFile(of['certificate-authority-data'], of['certificate-authority'], cluster.path);
  const clientCert = inlineOrFile(who['client-certificate-data'], who['client-certificate'], user.path);
  const clientKey = inlineOrFile(who['client-key-data'], who['client-key'], user.path);
  const token = who.token ?? (who.tokenFile && readFileSync(resolve(dirname(user.path), who.tokenFile), 'utf8').trim());
  return {
    server: of.server,
    ...(caCert && { caCert }),
    ...(token && { token }),
    ...(clientCert && { clientCert }),
    ...(clientKey && { clientKey }),
  };
}

function inlineOrFile(data: string | undefined, file: string | undefined, kubeconfig: string): string | undefined {
  if (data) return Buffer.from(data, 'base64').toString();
  return file && readFileSync(resolve(dirname(kubeconfig), file), 'utf8');
}

function load(path: string): Kubeconfig {
  try {
    return (parse(readFileSync(path, 'utf8')) as Kubeconfig | null) ?? {};
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new CliError('NO_KUBECONFIG', `no kubeconfig at ${path}`, NO_MESH_HINT);
    throw broken(path, messageOf(error));
  }
}

const NO_MESH_HINT = 'Start a mesh with `trysail up`, or set KUBECONFIG.';

function broken(path: string, what: string): CliError {
  return new CliError('KUBECONFIG_INVALID', `Cannot use the kubeconfig ${path}: ${what}`);
}
