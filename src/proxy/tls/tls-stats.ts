import type { Counter } from '../stats/metrics.js';
import type { StatsStore } from '../stats/store.js';

const COUNTERS = [
  'connection_error',
  'fail_verify_cert_hash',
  'fail_verify_error',
  'fail_verify_no_cert',
  'fail_verify_san',
  'handshake',
  'no_certificate',
  'ocsp_staple_failed',
  'ocsp_staple_omitted',
  'ocsp_staple_requests',
  'ocsp_staple_responses',
  'session_reused',
] as const;

export type TlsCounter = (typeof COUNTERS)[number];

/** `listener.<address>.ssl.*` or `cluster.<name>.ssl.*`. */
export class TlsStats {
  readonly counters: Readonly<Record<TlsCounter, Counter>>;
  readonly updatedBySds: Counter;
  readonly secretsNotReady: Counter;

  /** @param side whose sockets the factory makes */
  constructor(
    private readonly store: StatsStore,
    private readonly prefix: string,
    side: 'server' | 'client',
  ) {
    const counters: Partial<Record<TlsCounter, Counter>> = {};
    for (const name of COUNTERS) counters[name] = store.counter(`${prefix}.ssl.${name}`);
    this.counters = counters as Record<TlsCounter, Counter>;
    const factory = `${prefix}.${side}_ssl_socket_factory`;
    this.updatedBySds = store.counter(`${factory}.ssl_context_update_by_sds`);
    const context = side === 'server' ? 'downstream' : 'upstream';
    this.secretsNotReady = store.counter(`${factory}.${context}_context_secrets_not_ready`);
  }

  /** A handshake that came to its end. @param curve '' where it is not known */
  handshake(version: string, cipher: string, curve: string, reused: boolean): void {
    this.counters.handshake.value++;
    if (reused) this.counters.session_reused.value++;
    this.store.counter(`${this.prefix}.ssl.versions.${version}`).value++;
    this.store.counter(`${this.prefix}.ssl.ciphers.${cipher}`).value++;
    if (curve !== '') this.store.counter(`${this.prefix}.ssl.curves.${curve}`).value++;
  }
}
