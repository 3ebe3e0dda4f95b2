import { FIELD_VALUE, TOKEN_LOWER } from '../http1/chars.js';

/** RFC 9113 §8.2.2: fields that are about an HTTP/1 connection. */
const CONNECTION_FIELDS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

/** RFC 9113 §8.2.1: lower case tokens. */
export function validName(name: string): boolean {
  if (name.length === 0) return false;
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    if (TOKEN_LOWER[c] !== c) return false;
  }
  return true;
}

/** No NUL, CR, LF or other control. Blanks around it pass, as Envoy lets them. */
export function validValue(value: string): boolean {
  for (let i = 0; i < value.length; i++) if (FIELD_VALUE[value.charCodeAt(i)] === 0) return false;
  return true;
}

/** Whether a field may stand in an HTTP/2 message. */
export function allowedField(name: string, value: string): boolean {
  if (CONNECTION_FIELDS.has(name)) return false;
  return name !== 'te' || value.toLowerCase() === 'trailers';
}
