import { createHash } from 'node:crypto';
import type { ConfigSource } from '../../xds/types/gen/envoy/config/core/v3/config_source_pb.js';
import type { CertificateValidationContext } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js';
import type {
  SdsSecretConfig,
  Secret,
} from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';
import { SecretSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';
import { ConfigError } from '../errors.js';
import type { StatsStore } from '../stats/store.js';
import { type CertificateChain, loadCertificateChain } from '../tls/certificate-chain.js';
import { compilePeerValidation, type PeerValidation } from '../tls/peer-validation.js';
import { decode } from './decode.js';
import type { WatchContext } from './file-watch.js';
import { FileWatch, filesOf } from './file-watch.js';
import { SecretSlot } from './secret-slot.js';
import type { WantedResources } from './sources/config-sources.js';

/** A secret of the kind that its user needs. */
export type LoadedSecret =
  | { readonly kind: 'certificate'; readonly certificate: CertificateChain }
  | { readonly kind: 'validation'; readonly config: CertificateValidationContext; readonly validation: PeerValidation };

interface Entry {
  readonly slot: SecretSlot<LoadedSecret>;
  /** Undefined for the bootstrap's own. */
  source: ConfigSource | undefined;
  version: string;
  /** Of the message. */
  digest: string;
  /** Files that the secret names: read again when they change. */
  watch: FileWatch | undefined;
  /** Milliseconds since the Unix epoch; 0 before it came. */
  updated_ms: number;
}

/** The secrets of one logical proxy: its bootstrap's, those of its control plane, and those in files. */
export class SecretManager {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly context: WatchContext & { readonly stats: StatsStore },
    /** Called when the set of secrets that are wanted from the control plane changed. */
    private readonly onWanted: (wanted: WantedResources) => void,
    /** Throws ConfigError for a source that could never bring anything. */
    private readonly checkSource: (source: ConfigSource, path: string) => void,
  ) {}

  /** The secret that a configuration names; it may come later. @throws ConfigError */
  find(config: SdsSecretConfig, path: string): SecretSlot<LoadedSecret> {
    if (config.name === '') throw new ConfigError(`${path}.name`, 'a secret needs a name');
    const entry = this.entry(config.name);
    if (config.sdsConfig !== undefined) {
      this.checkSource(config.sdsConfig, `${path}.sds_config`);
      entry.source ??= config.sdsConfig;
    } else if (entry.slot.current === undefined && entry.source === undefined) {
      throw new ConfigError(`${path}.name`, `there is no static secret ${JSON.stringify(config.name)}`);
    }
    return entry.slot;
  }

  /** A secret came from the control plane or the bootstrap. @throws ConfigError; the old one stays */
  set(name: string, version: string, body: Uint8Array): void {
    const entry = this.entry(name);
    // a version may be left out, and files have none
    const digest = createHash('sha256').update(body).digest('base64');
    if (entry.digest === digest) return;
    const secret = decode(SecretSchema, body);
    const counters = this.counters(name);
    counters.attempt.value++;
    try {
      this.load(entry, secret);
    } catch (error) {
      counters.rejected.value++;
      throw error;
    }
    counters.success.value++;
    entry.version = version;
    entry.digest = digest;
    entry.watch?.close();
    const { files, folder } = filesOf(secret);
    entry.watch =
      files.length === 0 ? undefined : new FileWatch(files, folder, this.context, () => this.reload(entry, secret));
  }

  /** Forgotten by the control plane: who uses it keeps what he has. */
  remove(name: string): void {
    const entry = this.entries.get(name);
    if (entry !== undefined) entry.digest = '';
  }

  /** A secret does not come in time. */
  giveUp(name: string): void {
    this.context.stats.counter(`sds.${name}.init_fetch_timeout`).value++;
    this.entries.get(name)?.slot.giveUp();
  }

  /** Every secret that is there, by name. */
  get loaded(): readonly {
    readonly name: string;
    readonly version: string;
    readonly updated_ms: number;
    readonly secret: LoadedSecret;
  }[] {
    return [...this.entries.values()].flatMap(({ slot, version, updated_ms }) =>
      slot.current === undefined ? [] : [{ name: slot.name, version, updated_ms, secret: slot.current }],
    );
  }

  close(): void {
    for (const entry of this.entries.values()) entry.watch?.close();
  }

  private load(entry: Entry, secret: Secret): void {
    entry.slot.set(loadSecret(secret));
    entry.updated_ms = this.context.clock.now();
  }

  /** Files are replaced one after another: what does not fit together yet is tried again with the next change. */
  private reload(entry: Entry, secret: Secret): void {
    try {
      this.load(entry, secret);
      this.counters(entry.slot.name).success.value++;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.context.stats.counter(`sds.${entry.slot.name}.key_rotation_failed`).value++;
      this.context.logger.warn('a secret cannot be read again', { secret: entry.slot.name, error: error.message });
    }
  }

  private entry(name: string): Entry {
    let entry = this.entries.get(name);
    if (entry === undefined) {
      const made: Entry = {
        slot: new SecretSlot<LoadedSecret>(name, () => made.source !== undefined && this.publish()),
        source: undefined,
        version: '',
        digest: '',
        watch: undefined,
        updated_ms: 0,
      };
      entry = made;
      this.entries.set(name, entry);
    }
    return entry;
  }

  private publish(): void {
    const wanted = [...this.entries.values()].filter(({ slot, source }) => slot.used && source !== undefined);
    this.onWanted(new Map(wanted.map(({ slot, source }) => [slot.name, source])));
  }

  private counters(name: string) {
    const counter = (what: string) => this.context.stats.counter(`sds.${name}.${what}`);
    return {
      attempt: counter('update_attempt'),
      success: counter('update_success'),
      rejected: counter('update_rejected'),
    };
  }
}

/** @throws ConfigError */
export function loadSecret(secret: Secret): LoadedSecret {
  switch (secret.type.case) {
    case 'tlsCertificate':
      return { kind: 'certificate', certificate: loadCertificateChain(secret.type.value, 'tls_certificate') };
    case 'validationContext':
      return {
        kind: 'validation',
        config: secret.type.value,
        validation: compilePeerValidation(secret.type.value, 'validation_context'),
      };
    default:
      throw new ConfigError('', 'a secret needs tls_certificate or validation_context');
  }
}
