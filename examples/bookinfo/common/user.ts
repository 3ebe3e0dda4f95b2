import type { IncomingHttpHeaders } from 'node:http';

/** As {@link userCookie} writes them, so that a name is always one cookie value and one header value. */
const NAME = /^[\w.~!*'()%-]{1,256}$/;

/** The value of the cookie for a name; empty for one that cannot be used. */
export function userCookie(name: string): string {
  const value = encodeURIComponent(name.trim());
  return NAME.test(value) ? value : '';
}

/** Who is signed in, as the cookie `user` or else the header `end-user` says, still encoded. Nobody checks it: this is an example. */
export function userOf(headers: IncomingHttpHeaders): string | undefined {
  const cookies = (headers.cookie ?? '').split(';').map((part) => part.trim());
  const own = cookies.find((part) => part.startsWith('user='))?.slice('user='.length);
  const value = own || headers['end-user'];
  return typeof value === 'string' && NAME.test(value) ? value : undefined;
}

/** For people to read. */
export function displayName(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}
