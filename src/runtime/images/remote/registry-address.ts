import { RuntimeError } from '../../errors.js';
import type { ImageName } from '../image-name.js';

export interface RegistryAddress {
  /** As the image's name has it: `docker.io`, `localhost:5000`. */
  readonly domain: string;
  readonly host: string;
  readonly port: number;
  readonly scheme: 'http' | 'https';
  /** The repository's name at the registry. */
  readonly path: string;
}

const DOCKER_HUB = 'docker.io';
const DOCKER_HUB_HOST = 'registry-1.docker.io';

/** Where an image's registry is. Loopback is reached by HTTP; others by HTTPS, or by HTTP where `plain` allows that. */
export function registryAddress({ repository }: ImageName, plain = false): RegistryAddress {
  const slash = repository.indexOf('/');
  const domain = repository.slice(0, slash);
  const scheme = isLoopback(domain) || plain ? 'http' : 'https';
  const [, host = '', port] =
    /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(domain === DOCKER_HUB ? DOCKER_HUB_HOST : domain) ?? [];
  const usual = scheme === 'http' ? 80 : 443;
  const number = port === undefined ? usual : Number(port);
  if (host === '' || number < 1 || number > 65_535) {
    throw new RuntimeError(
      'INVALID_IMAGE_NAME',
      `Cannot use ${JSON.stringify(domain)} as a registry: no such host and port`,
    );
  }
  return { domain, host: host.replace(/^\[|\]$/g, ''), port: number, scheme, path: repository.slice(slash + 1) };
}

/** Whether a name's registry, as in `localhost:5000`, is on this machine. */
export function isLoopback(domain: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(domain);
}

export function domainOf({ repository }: ImageName): string {
  return repository.slice(0, repository.indexOf('/'));
}
