import { isUtf8 } from 'node:buffer';

/** What needs no escape, of most texts all. */
const PLAIN = /^[ !#-[\]-~]*$/;
const ESCAPED = /["\\\u007f-\uffff]|[\0-\x1f]/g;

/** Envoy's short escapes; all else is `\u` and four digits, quotes and backslashes, too. */
const SHORT: Readonly<Record<string, string>> = { '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A JSON string of a text of which each character is one byte of UTF-8. */
export function jsonText(bytes: string): string {
  if (PLAIN.test(bytes)) return `"${bytes}"`;
  const buffer = Buffer.from(bytes, 'latin1');
  const text = isUtf8(buffer) ? buffer.toString() : bytes; // what is not UTF-8 is taken byte by byte
  return `"${text.replaceAll(ESCAPED, escapeOne)}"`;
}

function escapeOne(character: string): string {
  return SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
