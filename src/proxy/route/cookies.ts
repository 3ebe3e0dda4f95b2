import type { HeaderMap } from '../../wire/http1/index.js';

/** The value of the first cookie of that name, without quotes; empty when there is none. */
export function cookieValue(headers: HeaderMap, name: string): string {
  let found = '';
  headers.some('cookie', (line) => {
    for (const pair of line.split(';')) {
      const equals = pair.indexOf('=');
      if (equals === -1 || pair.slice(0, equals).trim() !== name) continue;
      found = unquoted(pair.slice(equals + 1).trim());
      return true;
    }
    return false;
  });
  return found;
}

/**
 * The value of a `set-cookie` field as Envoy writes it.
 * @param maxAge_s 0 makes a cookie of the browser's session
 */
export function setCookie(
  name: string,
  value: string,
  maxAge_s: number,
  path: string,
  attributes: readonly { readonly name: string; readonly value: string }[],
): string {
  let line = `${name}="${value}"`;
  if (maxAge_s !== 0) line += `; Max-Age=${maxAge_s}`;
  if (path !== '') line += `; Path=${path}`;
  for (const attribute of attributes) {
    line += attribute.value === '' ? `; ${attribute.name}` : `; ${attribute.name}=${attribute.value}`;
  }
  return `${line}; HttpOnly`;
}

function unquoted(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
