import { shortAddress } from '../network.js';

/** The alternative names of a certificate by kind, each in the certificate's order. */
export interface SubjectAltNames {
  readonly uri: readonly string[];
  readonly dns: readonly string[];
  readonly ip: readonly string[];
  readonly email: readonly string[];
  /** All of these, in order. */
  readonly all: readonly string[];
}

export const NO_NAMES: SubjectAltNames = { uri: [], dns: [], ip: [], email: [], all: [] };

const KINDS: Readonly<Record<string, 'uri' | 'dns' | 'ip' | 'email'>> = {
  URI: 'uri',
  DNS: 'dns',
  'IP Address': 'ip',
  email: 'email',
};

/** One entry: a kind and a value, which Node puts in quotes (as JSON) when it has characters that would be ambiguous. */
const ENTRY = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy;

/** @param text as Node writes them: `DNS:a.example, URI:spiffe://b/c` */
export function parseSubjectAltNames(text: string | undefined): SubjectAltNames {
  if (text === undefined) return NO_NAMES;
  const names = { uri: [] as string[], dns: [] as string[], ip: [] as string[], email: [] as string[] };
  const all: string[] = [];
  for (const [, kind = '', raw = ''] of text.matchAll(ENTRY)) {
    const list = KINDS[kind.trim()];
    if (list === undefined) continue;
    const value = raw.startsWith('"') ? (JSON.parse(raw) as string) : raw;
    const name = list === 'ip' ? shortAddress(value) : value;
    names[list].push(name);
    all.push(name);
  }
  return { ...names, all };
}
