import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { codeOf, messageOf } from '../../../base/errors.js';
import { RuntimeError } from '../../errors.js';

export interface Credential {
  readonly username: string;
  readonly password: string;
  /** From a login by a browser: exchanged for a token, in place of the password. */
  readonly identityToken?: string;
}

/** Finds the credential for an image's repository, `docker.io/shop/cart`. */
export type FindCredential = (repository: string) => Promise<Credential | undefined>;

/** Docker's `config.json`, and the content of a Secret of type kubernetes.io/dockerconfigjson. */
export interface DockerConfig {
  readonly auths?: Readonly<Record<string, AuthEntry>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

interface AuthEntry {
  /** Base64 of `user:password`. */
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
}

const HUB_KEYS = ['docker.io', 'index.docker.io', 'registry-1.docker.io'];
/** How a helper tells the user name of a login by a browser. */
const TOKEN_USER = '<token>';

/** From `$DOCKER_CONFIG/config.json`, by default in `~/.docker`; with the programs that it names. */
export function fileCredentials(env: NodeJS.ProcessEnv): FindCredential {
  return async (repository) => {
    const config = await readConfig(env);
    if (!config) return undefined;
    const domain = repository.slice(0, repository.indexOf('/'));
    const helper = config.credHelpers?.[domain] ?? config.credsStore;
    const helped = helper === undefined ? undefined : await askHelper(helper, domain);
    return helped ?? credentialIn(config, repository);
  };
}

/** Of the entries that fit a repository, the one with the longest path, as kubelet takes it. */
export function credentialIn({ auths = {} }: DockerConfig, repository: string): Credential | undefined {
  const fitting = Object.entries(auths).filter(([key]) => fits(key, repository));
  const [best] = fitting.sort(([a], [b]) => locationOf(b).length - locationOf(a).length);
  return best && credentialOf(best[1]);
}

function fits(key: string, repository: string): boolean {
  const slash = repository.indexOf('/');
  const [domain, rest] = [repository.slice(0, slash), repository.slice(slash + 1)];
  const [host = '', ...parts] = locationOf(key).split('/');
  const names = HUB_KEYS.includes(domain) ? HUB_KEYS : [domain];
  if (!names.some((name) => hostFits(host, name))) return false;
  // `https://index.docker.io/v1/` is the address of Docker's old interface, not of a repository.
  const below = /^v[12]$/.test(parts[0] ?? '') ? [] : parts.filter((part) => part !== '');
  return below.length === 0 || `${rest}/`.startsWith(`${below.join('/')}/`);
}

/** Each part of a host may be a pattern: `*.example.com`. */
function hostFits(pattern: string, host: string): boolean {
  const [patterns, parts] = [pattern.split('.'), host.split('.')];
  return (
    patterns.length === parts.length &&
    patterns.every((each, index) => {
      const source = each
        .replace(/[\\^$.|+(){}[\]]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.');
      return new RegExp(`^${source}$`).test(parts[index]!);
    })
  );
}

function locationOf(key: string): string {
  return key.replace(/^https?:\/\//, '');
}

function credentialOf(entry: AuthEntry): Credential | undefined {
  const decoded = Buffer.from(entry.auth ?? '', 'base64').toString();
  const colon = decoded.indexOf(':');
  const username = entry.username ?? (colon < 0 ? undefined : decoded.slice(0, colon));
  const password = entry.password ?? (colon < 0 ? undefined : decoded.slice(colon + 1).replace(/\0+$/, ''));
  if (entry.identitytoken) return { username: username ?? '', password: '', identityToken: entry.identitytoken };
  return username === undefined || password === undefined ? undefined : { username, password };
}

async function readConfig(env: NodeJS.ProcessEnv): Promise<DockerConfig | undefined> {
  const folder = env['DOCKER_CONFIG'] ?? path.join(env['HOME'] || os.homedir(), '.docker');
  const file = path.join(folder, 'config.json');
  try {
    return JSON.parse(await readFile(file, 'utf8')) as DockerConfig;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw new RuntimeError('DOCKER_CONFIG', `Cannot read ${file}: ${messageOf(error)}`, 'Correct it, or log in anew.');
  }
}

/** The protocol of docker-credential-helpers: the server's name on stdin, JSON on stdout. */
async function askHelper(helper: string, domain: string): Promise<Credential | undefined> {
  const server = HUB_KEYS.includes(domain) ? 'https://index.docker.io/v1/' : domain;
  const child = spawn(`docker-credential-${helper}`, ['get'], { stdio: ['pipe', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  child.stdin.on('error', () => {});
  child.stdin.end(server);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) return undefined;
    const { Username, Secret } = JSON.parse(text) as { Username?: string; Secret?: string };
    if (!Username || !Secret) return undefined;
    if (Username === TOKEN_USER) return { username: '', password: '', identityToken: Secret };
    return { username: Username, password: Secret };
  } catch {
    return undefined;
  }
}
