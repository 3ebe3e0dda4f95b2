import { domainToUnicode } from 'node:url';
import { Failure } from '../values.js';

const LABEL_LENGTH_MAX_CHARS = 63;
const NAME_LENGTH_MAX_CHARS = 253;
const LABEL = /^[\p{L}\p{M}\p{Nd}]([\p{L}\p{M}\p{Nd}-]*[\p{L}\p{M}\p{Nd}])?$/u;

/** `dnsName("www.istio.io")`: the name, with international labels in Unicode. */
export function dnsName(text: string): string | Failure {
  const problem = problemOf(text);
  if (problem === undefined) return text.includes('xn--') ? domainToUnicode(text) : text;
  return new Failure(`error converting '${text}' to dns name: '${problem}'`);
}

function problemOf(text: string): string | undefined {
  const name = text.replace(/\.$/, '');
  if (name.length > NAME_LENGTH_MAX_CHARS) return `longer than ${NAME_LENGTH_MAX_CHARS} characters`;
  for (const label of name.split('.')) {
    if (label.length > LABEL_LENGTH_MAX_CHARS) return `label longer than ${LABEL_LENGTH_MAX_CHARS} characters`;
    if (!LABEL.test(label) || (label.slice(2, 4) === '--' && !/^xn--/i.test(label)))
      return `idna: invalid label "${label}"`;
  }
  return name.includes('xn--') && domainToUnicode(name) === '' ? `idna: invalid label "${name}"` : undefined;
}

/** Case and a dot at the end make no difference, nor how an international name is written. */
export function dnsNamesEqual(a: string, b: string): boolean {
  return a === b || canonical(a) === canonical(b);
}

function canonical(name: string): string {
  const lower = name.toLowerCase().normalize('NFC').replace(/\.$/, '');
  return lower.includes('xn--') ? domainToUnicode(lower) || lower : lower;
}
