import { RuntimeError } from '../../errors.js';
import type { Credential } from './credentials.js';
import { bytesOf, send } from './http.js';

const CLIENT_ID = 'trysail';

/**
 * The header that a registry's challenge asks for (RFC 7235; distribution's "Token Authentication Specification").
 * @param scope used where the challenge has none: `repository:shop/cart:pull`
 */
export async function answerChallenge(
  challenge: string,
  scope: string,
  credential: Credential | undefined,
  insecure: boolean,
): Promise<string | undefined> {
  const [, scheme = '', rest = ''] = /^\s*(\S+)\s*([\s\S]*)$/.exec(challenge) ?? [];
  if (scheme.toLowerCase() === 'basic') return credential && basic(credential);
  if (scheme.toLowerCase() !== 'bearer') return undefined;
  const parameters = parametersOf(rest);
  const { realm } = parameters;
  if (realm === undefined || !URL.canParse(realm)) {
    throw new RuntimeError('CHALLENGE_INVALID', `the registry's challenge names no realm: ${challenge}`);
  }
  return `Bearer ${await fetchToken(new URL(realm), { scope, ...parameters }, credential, insecure)}`;
}

async function fetchToken(
  realm: URL,
  { service, scope }: Readonly<Record<string, string>>,
  credential: Credential | undefined,
  insecure: boolean,
): Promise<string> {
  const form = { ...(service !== undefined && { service }), ...(scope !== undefined && { scope }) };
  const response = credential?.identityToken
    ? await send({
        method: 'POST',
        url: realm,
        insecure,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: Buffer.from(
          new URLSearchParams({
            ...form,
            grant_type: 'refresh_token',
            refresh_token: credential.identityToken,
            client_id: CLIENT_ID,
          }).toString(),
        ),
      })
    : await send({
        url: withQuery(realm, form),
        insecure,
        headers: credential ? { Authorization: basic(credential) } : {},
      });
  const text = (await bytesOf(response.body)).toString();
  if (response.status !== 200) {
    throw new RuntimeError('UNAUTHORIZED', `failed to authorize: ${realm.host} answered ${response.status}`);
  }
  const { token, access_token } = JSON.parse(text) as { token?: string; access_token?: string };
  const found = token || access_token;
  if (!found) throw new RuntimeError('UNAUTHORIZED', `failed to authorize: ${realm.host} gave no token`);
  return found;
}

function basic({ username, password }: Credential): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function withQuery(url: URL, values: Readonly<Record<string, string>>): URL {
  const result = new URL(url);
  for (const [key, value] of Object.entries(values)) result.searchParams.set(key, value);
  return result;
}

/** `realm="https://auth.example/token",service="registry"` */
function parametersOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, key, quoted, plain] of text.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)) {
    found[key!.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? plain!;
  }
  return found;
}
