import type { AnswerRule } from '../scenario.js';

/** One request, or one TCP connection, as an upstream saw it. */
export interface Seen {
  /** `GET /path HTTP/1.1`; for TCP what came before all else. */
  readonly line: string;
  /** `name: value`, in the order of arrival, HTTP/1 spelling kept. */
  readonly headers: readonly string[];
  body: string;
  readonly trailers?: readonly string[];
}

/** A server in the test's hands. */
export interface Upstream {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly seen: Seen[];
  /** Connections that were accepted, ever. */
  readonly connections: number;
  behave(rules: readonly AnswerRule[]): void;
  /** Lets everything go that waits because of `hold`. */
  release(): void;
  /** Closes its port and connections. */
  stop(): Promise<void>;
  /** Opens the same port again. */
  start(): Promise<void>;
}

export interface RequestHead {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  header(name: string): string | undefined;
}

/** How an answer goes over a connection of some protocol. */
export interface Responder {
  informational(status: number, headers: Readonly<Record<string, string>>): void;
  /** @param length of the body when it is known */
  head(status: number, headers: readonly (readonly [string, string])[], length: number | undefined): void;
  data(bytes: Buffer): void;
  end(trailers: Readonly<Record<string, string>> | undefined): void;
  raw(bytes: string): void;
  close(): void;
  reset(): void;
}
