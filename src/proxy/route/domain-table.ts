import { ConfigError } from '../errors.js';

/**
 * Finds the virtual host of a Host header: exact, then the longest suffix wildcard (`*.com`), then the longest prefix
 * wildcard (`www.*`), then `*`. The cost depends on the number of different wildcard lengths, not of virtual hosts.
 */
export class DomainTable<T> {
  private readonly exact = new Map<string, T>();
  private readonly suffixes = new Map<number, Map<string, T>>();
  private readonly prefixes = new Map<number, Map<string, T>>();
  private suffixLengths: number[] = [];
  private prefixLengths: number[] = [];
  private fallback: T | undefined;

  /** @param route name of the table, for messages */
  constructor(private readonly route: string) {}

  /** @throws ConfigError when the domain is there already */
  add(domain: string, value: T, path: string): void {
    const wanted = domain.toLowerCase();
    const repeated = (): never => {
      throw new ConfigError(
        path,
        `Only unique values for domains are permitted. Duplicate entry of domain ${domain} in route ${this.route}`,
      );
    };
    if (wanted === '*') {
      if (this.fallback !== undefined)
        throw new ConfigError(path, `Only a single wildcard domain is permitted in route ${this.route}`);
      this.fallback = value;
    } else if (wanted.startsWith('*')) {
      if (!addTo(this.suffixes, wanted.slice(1), value)) repeated();
      this.suffixLengths = [...this.suffixes.keys()].sort((a, b) => b - a);
    } else if (wanted.endsWith('*')) {
      if (!addTo(this.prefixes, wanted.slice(0, -1), value)) repeated();
      this.prefixLengths = [...this.prefixes.keys()].sort((a, b) => b - a);
    } else {
      if (this.exact.has(wanted)) repeated();
      this.exact.set(wanted, value);
    }
  }

  find(host: string): T | undefined {
    if (this.exact.size === 0 && this.suffixes.size === 0 && this.prefixes.size === 0) return this.fallback;
    const wanted = host.toLowerCase();
    const exact = this.exact.get(wanted);
    if (exact !== undefined) return exact;
    for (const length of this.suffixLengths) {
      // a wildcard stands for at least one character
      if (length >= wanted.length) continue;
      const found = this.suffixes.get(length)!.get(wanted.slice(-length));
      if (found !== undefined) return found;
    }
    for (const length of this.prefixLengths) {
      if (length >= wanted.length) continue;
      const found = this.prefixes.get(length)!.get(wanted.slice(0, length));
      if (found !== undefined) return found;
    }
    return this.fallback;
  }
}

function addTo<T>(table: Map<number, Map<string, T>>, text: string, value: T): boolean {
  let sameLength = table.get(text.length);
  if (sameLength === undefined) {
    sameLength = new Map();
    table.set(text.length, sameLength);
  }
  if (sameLength.has(text)) return false;
  sameLength.set(text, value);
  return true;
}
