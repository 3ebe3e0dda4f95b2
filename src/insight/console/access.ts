import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** Why a request is not answered; `undefined` where it may be. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

const LOCAL_NAMES = ['127.0.0.1', 'localhost', '[::1]'];
const METHODS = ['GET', 'HEAD'];

/**
 * Refuses what a foreign page in the user's browser could send: by a name that it made point here (DNS rebinding shows in Host),
 * or from its own origin. Then what only a client of something else would send.
 */
export function refusalOf(request: IncomingMessage, port: number): Refusal | undefined {
  const { host, origin } = request.headers;
  if (!LOCAL_NAMES.some((name) => host?.toLowerCase() === `${name}:${port}`)) {
    return { status: 403, message: 'This host name is not the console.' };
  }
  if (origin !== undefined && origin.toLowerCase() !== `http://${host?.toLowerCase()}`) {
    return { status: 403, message: 'Other pages may not ask the console.' };
  }
  if (!METHODS.includes(request.method ?? ''))
    return { status: 405, message: 'The console only answers GET and HEAD.' };
  if (hasBody(request.headers)) return { status: 413, message: 'The console takes no request bodies.' };
  return undefined;
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}

/** Knows who has the token, by the link that they opened first and by the cookie from then on. */
export class SignIn {
  private readonly digest: Buffer;
  private readonly cookieName: string;

  /** @param port makes the cookie's name the console's own: browsers share cookies between the ports of a host. */
  constructor(
    private readonly token: string,
    port: number,
  ) {
    this.digest = digest(token);
    this.cookieName = `trysail-console-${port}`;
  }

  accepts(token: string): boolean {
    return timingSafeEqual(digest(token), this.digest);
  }

  /** Value of the Set-Cookie header. */
  cookie(): string {
    return `${this.cookieName}=${this.token}; Path=/; HttpOnly; SameSite=Strict`;
  }

  isSignedIn(headers: IncomingHttpHeaders): boolean {
    const prefix = `${this.cookieName}=`;
    const cookies = (headers.cookie ?? '').split(';').map((each) => each.trim());
    return cookies.some((each) => each.startsWith(prefix) && this.accepts(each.slice(prefix.length)));
  }
}

/** Digests have one length, which the comparison in constant time asks for. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
