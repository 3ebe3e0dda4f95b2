import type { IncomingMessage } from 'node:http';
import { StatusError } from '../status-error.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * A page in the user's browser must not reach the API: neither by a name that it points to loopback (DNS rebinding), nor with
 * the browser's own request from elsewhere. So only our own hosts pass, and no Origin at all. Throws Forbidden.
 */
export function checkOrigin(request: IncomingMessage, hosts: ReadonlySet<string>): void {
  const { host = '', origin } = request.headers;
  const name = host.replace(/:\d+$/, '').toLowerCase();
  if (!LOOPBACK.test(name) && !hosts.has(name)) {
    throw denied(`host ${JSON.stringify(host)} is not one of this server's`);
  }
  if (origin !== undefined) throw denied(`requests from web pages are refused (origin ${JSON.stringify(origin)})`);
}

function denied(message: string): StatusError {
  return new StatusError(403, 'Forbidden', message);
}
