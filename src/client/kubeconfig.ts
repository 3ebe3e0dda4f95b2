import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { messageOf } from '../base/errors.js';
import { ClientError } from './errors.js';

/** How to reach an API server and as whom. PEM texts. */
export interface Connection {
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  readonly ca?: string;
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Of the context; `default` where it says none. */
  readonly namespace: string;
  /** Name to check the server's certificate against, where it is not that of the URL. */
  readonly tlsServerName?: string;
  readonly insecureSkipTlsVerify?: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads the file and those that it names. Throws `INVALID_KUBECONFIG`. */
export function loadKubeconfig(path: string, context?: string): Connection {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw invalid(path, messageOf(error));
  }
  return parseKubeconfig(text, path, context);
}

/** @param path of the text, for messages and for relative names in it */
export function parseKubeconfig(text: string, path = './kubeconfig', context?: string): Connection {
  const config = parsed(text, path);
  const contextName = context ?? stringOf(config['current-context']);
  if (!contextName) throw invalid(path, 'it has no current-context');
  const chosen = named(config, 'contexts', contextName, 'context', path);
  const cluster = named(config, 'clusters', stringOf(chosen['cluster']) ?? '', 'cluster', path);
  const server = stringOf(cluster['server']);
  if (!server) throw invalid(path, `the cluster of context ${JSON.stringify(contextName)} has no server`);
  const userName = stringOf(chosen['user']);
  const user = userName ? named(config, 'users', userName, 'user', path) : {};
  if (user['exec'] !== undefined || user['auth-provider'] !== undefined) {
    throw invalid(
      path,
      `user ${JSON.stringify(userName)} needs a credential plugin, which is not supported: use a token or a certificate`,
    );
  }
  const values: Record<string, unknown> = {
    ca: material(cluster, 'certificate-authority', path),
    cert: material(user, 'client-certificate', path),
    key: material(user, 'client-key', path),
    token: stringOf(user['token']) ?? tokenFile(user, path),
    tlsServerName: stringOf(cluster['tls-server-name']),
    insecureSkipTlsVerify: cluster['insecure-skip-tls-verify'] === true || undefined,
  };
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return { server: server.replace(/\/+$/, ''), namespace: stringOf(chosen['namespace']) ?? 'default', ...given };
}

function parsed(text: string, path: string): Fields {
  let config: unknown;
  try {
    config = text.trimStart().startsWith('{') ? JSON.parse(text) : yaml().parse(text);
  } catch (error) {
    throw invalid(path, messageOf(error));
  }
  if (!isFields(config)) throw invalid(path, 'it is not a mapping');
  return config;
}

/** Loaded only for real YAML: a node agent with a kubeconfig in JSON, as `trysail up` writes it, goes without. */
function yaml(): typeof import('yaml') {
  return createRequire(import.meta.url)('yaml') as typeof import('yaml');
}

function named(config: Fields, list: string, name: string, field: string, path: string): Fields {
  const entries = config[list];
  const entry = Array.isArray(entries) ? entries.find((item) => isFields(item) && item['name'] === name) : undefined;
  if (!isFields(entry) || !isFields(entry[field])) throw invalid(path, `it has no ${field} ${JSON.stringify(name)}`);
  return entry[field];
}

/** `X-data` in base64, or the file that `X` names. */
function material(fields: Fields, name: string, path: string): string | undefined {
  const data = stringOf(fields[`${name}-data`]);
  if (data !== undefined) return Buffer.from(data, 'base64').toString();
  return fileOf(stringOf(fields[name]), path);
}

function tokenFile(user: Fields, path: string): string | undefined {
  return fileOf(stringOf(user['tokenFile']), path)?.trim();
}

function fileOf(name: string | undefined, path: string): string | undefined {
  if (name === undefined) return undefined;
  try {
    return readFileSync(resolve(dirname(path), name), 'utf8');
  } catch (error) {
    throw invalid(path, messageOf(error));
  }
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(path: string, why: string): ClientError {
  return new ClientError('INVALID_KUBECONFIG', `Cannot use kubeconfig ${path}: ${why}`);
}
