import type { SecureVersion } from 'node:tls';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { messageOf } from '../../base/errors.js';
import type { CommonTlsContext } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import type { LoadedSecret, SecretManager } from '../config/secret-manager.js';
import type { SecretSlot } from '../config/secret-slot.js';
import { ConfigError } from '../errors.js';
import type { CertificateChain } from './certificate-chain.js';
import { compileCertificateSource } from './certificate-source.js';
import type { PeerValidation } from './peer-validation.js';
import type { SecretReader } from './secret-reader.js';
import { compileTlsParameters, type TlsParameterOptions } from './tls-parameters.js';
import type { TlsStats } from './tls-stats.js';
import { compileValidationSource } from './validation-source.js';

/** What a context uses now. */
export interface TlsState {
  readonly certificates: readonly CertificateChain[];
  readonly validation: PeerValidation | undefined;
}

/** What both sides of TLS have in common: certificates, validation and parameters, made anew when a secret changes. */
export class TlsContext<T> implements TlsState {
  readonly alpn: readonly string[];
  private readonly certificateSource: SecretReader<readonly CertificateChain[]>;
  private readonly validationSource: SecretReader<PeerValidation> | undefined;
  private readonly parameters: TlsParameterOptions;
  private readonly slots: readonly SecretSlot<LoadedSecret>[];
  private readonly releases: readonly (() => void)[];
  private readonly waiters: (() => void)[] = [];
  private compiled: T | undefined;
  certificates: readonly CertificateChain[] = [];
  validation: PeerValidation | undefined;

  /** @throws ConfigError */
  constructor(
    common: CommonTlsContext | undefined,
    secrets: SecretManager,
    newest: SecureVersion,
    readonly stats: TlsStats,
    private readonly path: string,
    /** Makes what connections use. @throws ConfigError */
    private readonly compile: (context: TlsContext<T>) => T,
  ) {
    const at = `${path}.common_tls_context`;
    this.alpn = common?.alpnProtocols ?? [];
    this.parameters = compileTlsParameters(common?.tlsParams, newest, `${at}.tls_params`);
    this.certificateSource = compileCertificateSource(common, secrets, at);
    this.validationSource = compileValidationSource(common, secrets, at);
    this.refresh();
    this.slots = [...this.certificateSource.slots, ...(this.validationSource?.slots ?? [])];
    this.releases = this.slots.map((slot) => slot.use(() => this.onSecret()));
  }

  /** Undefined while a secret is missing. */
  get current(): T | undefined {
    return this.compiled;
  }

  /** Whether nothing is waited for any more. */
  get settled(): boolean {
    return this.compiled !== undefined || this.slots.every((slot) => slot.settled);
  }

  /** Calls back when all secrets are there, or do not come: at once, or later. */
  whenReady(done: () => void): void {
    if (this.settled) done();
    else this.waiters.push(done);
  }

  close(): void {
    for (const release of this.releases) release();
  }

  /** @throws ConfigError when OpenSSL does not take it */
  secureContext(chains: readonly CertificateChain[], more: SecureContextOptions): SecureContext {
    try {
      return createSecureContext({
        ...this.parameters,
        ...this.validation?.options,
        ...(chains.length === 0 ? {} : { cert: chains.map(({ cert }) => cert), key: chains.map(({ key }) => key) }),
        ...more,
      });
    } catch (error) {
      throw new ConfigError(`${this.path}.common_tls_context`, messageOf(error));
    }
  }

  private refresh(): void {
    const certificates = this.certificateSource.read();
    const validation = this.validationSource?.read();
    if (certificates === undefined || (this.validationSource !== undefined && validation === undefined)) return;
    this.certificates = certificates;
    this.validation = validation;
    this.compiled = this.compile(this);
  }

  /** Connections that are open keep what they began with. */
  private onSecret(): void {
    const before = this.compiled;
    this.refresh();
    if (this.compiled !== before) this.stats.updatedBySds.value++;
    if (!this.settled) return;
    for (const waiter of this.waiters.splice(0)) waiter();
  }
}
