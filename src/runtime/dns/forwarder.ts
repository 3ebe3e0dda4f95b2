import { lookup, Resolver } from 'node:dns/promises';
import type { Answer } from 'dns-packet';
import type { Clock } from '../../base/clock.js';
import { codeOf } from '../../base/errors.js';

/** What the world outside says about a name. */
export type ForwardResult =
  | { readonly kind: 'records'; readonly answers: readonly Answer[] }
  | { readonly kind: 'no-data' | 'no-name' | 'failed' };

export interface Forwarder {
  /** Never rejects. */
  resolve(name: string, type: string): Promise<ForwardResult>;
}

const TTL_MIN_S = 5;
const TTL_MAX_S = 30;
const TIMEOUT_MS = 2000;
const TRIES = 2;

/** Asks as the host itself would: its name servers first, then its own lookup, which knows its hosts file and other sources. */
export class HostForwarder implements Forwarder {
  private readonly resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });

  async resolve(name: string, type: string): Promise<ForwardResult> {
    try {
      const answers = await this.query(name, type);
      return answers.length > 0 ? { kind: 'records', answers } : { kind: 'no-data' };
    } catch (error) {
      if (type === 'A' || type === 'AAAA') return lookUp(name, type, failureOf(error));
      return failureOf(error);
    }
  }

  private async query(name: string, type: string): Promise<Answer[]> {
    const { resolver } = this;
    switch (type) {
      case 'A':
        return (await resolver.resolve4(name, { ttl: true })).map(({ address, ttl }) => text('A', name, address, ttl));
      case 'AAAA':
        return (await resolver.resolve6(name, { ttl: true })).map(({ address, ttl }) =>
          text('AAAA', name, address, ttl),
        );
      case 'CNAME':
        return (await resolver.resolveCname(name)).map((data) => text('CNAME', name, data));
      case 'NS':
        return (await resolver.resolveNs(name)).map((data) => text('NS', name, data));
      case 'PTR':
        return (await resolver.resolvePtr(name)).map((data) => text('PTR', name, data));
      case 'TXT':
        return (await resolver.resolveTxt(name)).map((data) => ({ type, name, ttl: TTL_MIN_S, data }));
      case 'MX':
        return (await resolver.resolveMx(name)).map(({ priority, exchange }) => {
          return { type, name, ttl: TTL_MIN_S, data: { preference: priority, exchange } };
        });
      case 'SRV':
        return (await resolver.resolveSrv(name)).map(({ priority, weight, port, name: target }) => {
          return { type, name, ttl: TTL_MIN_S, data: { priority, weight, port, target } };
        });
      default:
        return [];
    }
  }
}

async function lookUp(name: string, type: 'A' | 'AAAA', failure: ForwardResult): Promise<ForwardResult> {
  try {
    const found = await lookup(name, { family: type === 'A' ? 4 : 6, all: true });
    return { kind: 'records', answers: found.map(({ address }) => text(type, name, address)) };
  } catch {
    return failure;
  }
}

function text(type: 'A' | 'AAAA' | 'CNAME' | 'NS' | 'PTR', name: string, data: string, ttl_s = TTL_MIN_S): Answer {
  return { type, name, data, ttl: Math.min(TTL_MAX_S, Math.max(TTL_MIN_S, ttl_s)) };
}

function failureOf(error: unknown): ForwardResult {
  switch (codeOf(error)) {
    case 'ENOTFOUND':
      return { kind: 'no-name' };
    case 'ENODATA':
      return { kind: 'no-data' };
    default:
      return { kind: 'failed' };
  }
}

/** Names that are asked for at a time, and remembered. */
export const FORWARDS_IN_FLIGHT_MAX = 256;
export const CACHED_NAMES_MAX = 4096;

interface Remembered {
  readonly result: Promise<ForwardResult>;
  until_ms: number;
}

/** Remembers answers for as long as they hold, and asks only once for what many want at a time. */
export class CachingForwarder implements Forwarder {
  private readonly cache = new Map<string, Remembered>();
  private inFlight = 0;

  constructor(
    private readonly upstream: Forwarder,
    private readonly clock: Clock,
  ) {}

  resolve(name: string, type: string): Promise<ForwardResult> {
    const key = `${type} ${name}`;
    const known = this.cache.get(key);
    if (known && known.until_ms > this.clock.monotonic_ms()) return known.result;
    if (this.inFlight >= FORWARDS_IN_FLIGHT_MAX) return Promise.resolve({ kind: 'failed' });
    return this.ask(key, name, type);
  }

  private ask(key: string, name: string, type: string): Promise<ForwardResult> {
    this.inFlight++;
    const result = this.upstream.resolve(name, type);
    const entry: Remembered = { result, until_ms: Number.POSITIVE_INFINITY };
    this.remember(key, entry);
    void result.then((settled) => {
      this.inFlight--;
      entry.until_ms = this.clock.monotonic_ms() + ttlOf(settled) * 1000;
    });
    return result;
  }

  /** The oldest makes room. */
  private remember(key: string, entry: Remembered): void {
    this.cache.delete(key);
    const oldest = this.cache.size >= CACHED_NAMES_MAX ? this.cache.keys().next().value : undefined;
    if (oldest !== undefined) this.cache.delete(oldest);
    this.cache.set(key, entry);
  }
}

/** Failures are asked again at once. */
function ttlOf(result: ForwardResult): number {
  if (result.kind === 'failed') return 0;
  if (result.kind !== 'records') return TTL_MIN_S;
  return Math.min(...result.answers.map((answer) => ('ttl' in answer ? (answer.ttl ?? TTL_MIN_S) : TTL_MIN_S)));
}
