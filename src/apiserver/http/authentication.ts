import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';

/** Who calls. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** A secret that stands for a user. */
export interface TokenCredential {
  readonly token: string;
  readonly user: User;
}

/** Paths that tell nothing but that the server is there. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/livez', '/readyz', '/healthz', '/version']);

export function isOpenPath(pathname: string): boolean {
  return OPEN_PATHS.has(pathname);
}

/** Knows callers by bearer token or by a client certificate that the TLS layer has verified. */
export class Authenticator {
  private readonly tokens: readonly { readonly digest: Buffer; readonly user: User }[];

  /** @param verify tokens that are not in a list: those of service accounts */
  constructor(
    tokens: readonly TokenCredential[],
    private readonly verify: (token: string) => User | undefined = () => undefined,
  ) {
    this.tokens = tokens.map(({ token, user }) => ({ digest: digestOf(token), user }));
  }

  /** Undefined: refuse. */
  authenticate(request: IncomingMessage): User | undefined {
    const header = request.headers.authorization;
    if (header !== undefined) {
      const match = /^Bearer (\S+)$/i.exec(header);
      return match ? this.byToken(match[1]!) : undefined;
    }
    return byCertificate(request);
  }

  /** Compares digests of equal length in constant time, and always with all of them. */
  private byToken(token: string): User | undefined {
    const digest = digestOf(token);
    let user: User | undefined;
    for (const candidate of this.tokens) if (timingSafeEqual(candidate.digest, digest)) user = candidate.user;
    return user ?? this.verify(token);
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** As Kubernetes: common name is the user, organisations are groups. */
function byCertificate({ socket }: IncomingMessage): User | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const { subject } = socket.getPeerCertificate();
  if (!subject?.CN) return undefined;
  const organisations: unknown = subject.O;
  const groups = Array.isArray(organisations)
    ? organisations.map(String)
    : organisations
      ? [String(organisations)]
      : [];
  return { name: String(subject.CN), groups };
}
