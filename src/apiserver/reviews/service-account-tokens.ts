import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../base/clock.js';
import type { User } from '../http/authentication.js';

export interface Account {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
}

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const HEADER = encode({ alg: 'HS256', typ: 'JWT' });

/** Tokens of service accounts: JSON web tokens (RFC 7519) that this server alone can make and check. */
export class ServiceAccountTokens {
  /** @param secret at least 32 random bytes */
  constructor(
    private readonly secret: Buffer,
    private readonly clock: Clock,
    /** The account's uid as of now: a token of a deleted account is worth nothing. */
    private readonly uidOf: (namespace: string, name: string) => string | undefined,
  ) {}

  issue(
    account: Account,
    lifetime_s: number,
    audiences: readonly string[] = [ISSUER],
  ): { token: string; expirationTimestamp: string } {
    const now_s = Math.floor(this.clock.now() / 1000);
    const expires_s = now_s + lifetime_s;
    const { name, namespace, uid } = account;
    const claims = encode({
      iss: ISSUER,
      sub: userName(namespace, name),
      aud: audiences,
      iat: now_s,
      nbf: now_s,
      exp: expires_s,
      'kubernetes.io': { namespace, serviceaccount: { name, uid } },
    });
    const signed = `${HEADER}.${claims}`;
    const expirationTimestamp = new Date(expires_s * 1000).toISOString().replace('.000Z', 'Z');
    return { token: `${signed}.${this.sign(signed)}`, expirationTimestamp };
  }

  /** The account as a user; undefined for a token that is none of ours, too old, or of an account that is gone. */
  verify(token: string): User | undefined {
    const end = token.lastIndexOf('.');
    const signed = token.slice(0, Math.max(0, end));
    if (!signed.startsWith(`${HEADER}.`) || !same(this.sign(signed), token.slice(end + 1))) return undefined;
    const claims = JSON.parse(Buffer.from(signed.slice(HEADER.length + 1), 'base64url').toString()) as Claims;
    const { namespace, serviceaccount } = claims['kubernetes.io'];
    if (claims.exp * 1000 <= this.clock.now()) return undefined;
    if (this.uidOf(namespace, serviceaccount.name) !== serviceaccount.uid) return undefined;
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
    return { name: userName(namespace, serviceaccount.name), groups };
  }

  private sign(text: string): string {
    return createHmac('sha256', this.secret).update(text).digest('base64url');
  }
}

interface Claims {
  readonly exp: number;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly serviceaccount: { readonly name: string; readonly uid: string };
  };
}

function userName(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
