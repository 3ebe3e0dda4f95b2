import type { SecureContext } from 'node:tls';
import { coversHost } from './alt-name-matcher.js';
import type { CertificateChain } from './certificate-chain.js';

/** Which of a server's certificates a client is shown, by the name that it asks for. */
export class ServerCertificates {
  /** For clients that ask for no name. */
  readonly unnamed: SecureContext;
  private readonly byName = new Map<string, SecureContext>();
  private readonly wildcards: readonly string[];
  private readonly other: SecureContext;

  /**
   * @param make a context with one certificate of each kind of key, of which OpenSSL takes what the client can check
   * @param scanAll `full_scan_certs_on_sni_mismatch`
   */
  constructor(
    chains: readonly CertificateChain[],
    make: (chains: readonly CertificateChain[]) => SecureContext,
    scanAll: boolean,
  ) {
    this.unnamed = make(firstOfEachKey(chains));
    this.other = scanAll || chains.length <= 1 ? this.unnamed : make(chains.slice(0, 1));
    const names = chains.length > 1 ? new Set(chains.flatMap((chain) => chain.names)) : [];
    for (const name of names) {
      this.byName.set(name, make(firstOfEachKey(chains.filter((chain) => chain.names.includes(name)))));
    }
    this.wildcards = [...names].filter((name) => name.startsWith('*.'));
  }

  /** Exact names go before wildcards. */
  choose(serverName: string): SecureContext {
    const name = serverName.toLowerCase();
    const exact = this.byName.get(name);
    if (exact !== undefined) return exact;
    const wildcard = this.wildcards.find((candidate) => coversHost(candidate, name));
    return wildcard === undefined ? this.other : this.byName.get(wildcard)!;
  }

  /** Whether the name makes a difference. */
  get dependsOnName(): boolean {
    return this.byName.size > 0;
  }
}

function firstOfEachKey(chains: readonly CertificateChain[]): readonly CertificateChain[] {
  return chains.filter((chain, i) => chains.findIndex(({ keyType }) => keyType === chain.keyType) === i);
}
