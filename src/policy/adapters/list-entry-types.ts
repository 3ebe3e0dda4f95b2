import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { RE2JS } from 're2js';
import { parse } from 'yaml';
import { messageOf } from '../../base/errors.js';
import { canonicalIp } from '../../expr/index.js';
import type { ListEntryType } from '../config.js';
import { PolicyError } from '../errors.js';

/** What a value is looked up in. `problem` where the value can be in no such list. */
export interface CheckList {
  has(value: string): boolean;
  problem?(value: string): string | undefined;
}

/**
 * @param text what the provider sent, empty without one
 * @throws PolicyError where an entry is none of that type
 */
export function readList(type: ListEntryType, text: string, overrides: readonly string[]): CheckList {
  switch (type) {
    case 'STRINGS':
      return new Set([...linesOf(text), ...overrides.filter(Boolean)]);
    case 'CASE_INSENSITIVE_STRINGS':
      return ignoringCase([...linesOf(text), ...overrides.filter(Boolean)]);
    case 'IP_ADDRESSES':
      return ipList([...whitelistOf(text), ...overrides]);
    case 'REGEX':
      return regexList([...linesOf(text), ...overrides]);
  }
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function ignoringCase(entries: readonly string[]): CheckList {
  const upper = new Set(entries.map((entry) => entry.toUpperCase()));
  return { has: (value) => upper.has(value.toUpperCase()) };
}

/** Providers of addresses send YAML: `whitelist: [10.0.0.0/8]`. */
function whitelistOf(text: string): string[] {
  if (text === '') return [];
  let document: unknown;
  try {
    document = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    throw new PolicyError('INVALID_LIST', `could not unmarshal data from list ${messageOf(error)}`);
  }
  const list = (document as { whitelist?: unknown } | null)?.whitelist ?? [];
  if (!Array.isArray(list))
    throw new PolicyError('INVALID_LIST', 'whitelist is no list', 'send whitelist: [10.0.0.0/8]');
  return list.map(String);
}

function ipList(entries: readonly string[]): CheckList {
  const list = new BlockList();
  for (const entry of entries) addRange(list, entry);
  return {
    has: (value) => {
      const address = canonicalIp(value)!;
      return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
    },
    problem: (value) => (canonicalIp(value) === undefined ? `${value} is not a valid IP address` : undefined),
  };
}

function addRange(list: BlockList, entry: string): void {
  const [address = '', bits] = entry.split('/');
  const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1;
  const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (prefix < 0 || prefix > most) {
    throw new PolicyError('INVALID_LIST', `could not parse list entry ${entry}: invalid CIDR address: ${entry}`);
  }
  list.addSubnet(address, prefix, most === 32 ? 'ipv4' : 'ipv6');
}

function regexList(entries: readonly string[]): CheckList {
  const patterns = entries.map((entry) => {
    try {
      return RE2JS.compile(entry);
    } catch (error) {
      throw new PolicyError('INVALID_LIST', `could not parse list entry ${entry}: ${messageOf(error)}`);
    }
  });
  return { has: (value) => patterns.some((pattern) => pattern.test(value)) };
}
