import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { RegistryError } from './errors.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;

/** Who may write to the mesh's registry: whoever can read the state folder, and so knows the password. */
export const REGISTRY_USER = 'trysail';

const CHALLENGE = { 'WWW-Authenticate': 'Basic realm="Trysail registry"' };

/**
 * A page in the user's browser must not reach the registry: neither by a name that it points to loopback (DNS rebinding), nor with
 * the browser's own request from elsewhere.
 */
export function checkOrigin({ headers: { host = '', origin } }: IncomingMessage): void {
  if (!LOOPBACK.test(host)) {
    throw new RegistryError(
      'DENIED',
      `host ${JSON.stringify(host)} is not this registry's: use 127.0.0.1 or localhost`,
    );
  }
  if (origin !== undefined) {
    throw new RegistryError('DENIED', `requests from web pages are refused (origin ${JSON.stringify(origin)})`);
  }
}

/** Whether a request has the registry's credential, as HTTP Basic or as a bearer token. Throws UNAUTHORIZED for a wrong one. */
export function isSignedIn({ headers: { authorization } }: IncomingMessage, password: string): boolean {
  if (authorization === undefined) return false;
  const [, scheme = '', value = ''] = /^(\S+)\s+(\S+)$/.exec(authorization) ?? [];
  const isRight =
    scheme.toLowerCase() === 'basic'
      ? same(Buffer.from(value, 'base64').toString(), `${REGISTRY_USER}:${password}`)
      : scheme.toLowerCase() === 'bearer' && same(value, password);
  if (isRight) return true;
  throw unauthorized('wrong user name or password');
}

export function unauthorized(message: string): RegistryError {
  const hint = 'log in with the output of: trysail image registry --password';
  return new RegistryError('UNAUTHORIZED', `${message}; ${hint}`, { headers: CHALLENGE });
}

/** Of digests, which have one length: the comparison in constant time asks for it. */
function same(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}
