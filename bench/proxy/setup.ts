/** What one connection of the proxy speaks. */
export type Wire = 'http1' | 'tls' | 'http2';

/** Files of a self-signed certificate for `bench.example` that all sides of a run use. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** What every contender is configured to: each writes it in its own language. */
export interface ProxySetup {
  readonly downstream: Wire;
  readonly upstream: Wire;
  readonly accessLog: boolean;
  /** `regex`: {@link REGEX_ROUTES} routes, each matching one header by a regular expression; only the last one matches. */
  readonly routes: 'one' | 'regex';
  /** Virtual hosts beside the one that is asked. */
  readonly otherHosts: number;
  readonly certificate: CertificateFiles;
}

export const HOST = 'bench.example';
export const REGEX_ROUTES = 100;
export const VARIANT_HEADER = 'x-variant';
/** Matches the expression of the last route only. */
export const LAST_VARIANT = `v${REGEX_ROUTES - 1}-blue`;

/** The expression of one of the routes. */
export function variantRegex(route: number): string {
  return `v${route}-[a-z]+`;
}

export interface ContenderPaths {
  /** Where the contender listens. */
  readonly port: number;
  readonly upstreamPort: number;
  /** For its files; removed after the run. */
  readonly folder: string;
}
