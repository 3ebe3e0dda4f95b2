import type { HeaderMap } from '../../wire/http1/index.js';

/** Fields that some servers take for others: CGI knows no difference between `-` and `_`. */
export function namesWithUnderscore(headers: HeaderMap): readonly string[] {
  const found: string[] = [];
  headers.forEach((name) => {
    if (name.includes('_')) found.push(name);
  });
  return found;
}
