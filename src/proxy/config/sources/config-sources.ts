import { create } from '@bufbuild/protobuf';
import type { Update, Verdict } from '../../../xds/client/update.js';
import type { Node } from '../../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import {
  type ApiConfigSource,
  type ConfigSource,
  PathConfigSourceSchema,
} from '../../../xds/types/gen/envoy/config/core/v3/config_source_pb.js';
import type { ClusterLookup } from '../../cluster/cluster-lookup.js';
import type { ProxyContext } from '../../context.js';
import type { ConfigConsumer, ConfigStream } from '../config-stream.js';
import { ApiConfigStream, clusterOf } from './api-config-stream.js';
import { checkSource, type SourceRules } from './check-source.js';
import { FetchTimeouts, WHOLE_TYPE } from './fetch-timeouts.js';
import { PathConfigStream } from './path-config-stream.js';
import { SourceStream } from './source-stream.js';

/** Takes what the sources bring. */
export interface SourcesConsumer extends ConfigConsumer {
  /**
   * A resource that was asked for did not come in time, or was refused: what waits for it goes on with what it has.
   * @param name `*` for all of a type that is not asked for by name
   */
  giveUp(typeUrl: string, name: string, reason: 'timeout' | 'refused'): void;
  /** A source could not be reached or read. */
  onFailure(typeUrl: string): void;
}

export interface SourcesOptions {
  readonly context: ProxyContext;
  readonly clusters: Pick<ClusterLookup, 'get'>;
  readonly consumer: SourcesConsumer;
  readonly node: Node;
  /** Where `ads` leads: a stream, or the bootstrap's `ads_config`. */
  readonly ads: ConfigStream | ApiConfigSource | undefined;
  readonly isPrimary: (cluster: string) => boolean;
}

/** Names of resources, with where each comes from; undefined is ADS. */
export type WantedResources = ReadonlyMap<string, ConfigSource | undefined>;

/** Brings a logical proxy's resources from where its configuration says they are: ADS, services of their own, files. */
export class ConfigSources implements ConfigConsumer {
  private readonly ads: SourceStream | undefined;
  /** By type and source, of those that are not ADS. */
  private readonly own = new Map<string, SourceStream>();
  private readonly wanted = new Map<string, WantedResources>();
  private readonly timeouts: FetchTimeouts;
  private readonly rules: SourceRules;

  constructor(private readonly options: SourcesOptions) {
    const { ads, context, consumer } = options;
    this.timeouts = new FetchTimeouts(context, (typeUrl, name) => consumer.giveUp(typeUrl, name, 'timeout'));
    // a stream that was given knows who asks
    const isStream = ads !== undefined && 'subscribe' in ads;
    const hasNode = isStream || (options.node.id !== '' && options.node.cluster !== '');
    this.rules = { hasNode, hasAds: ads !== undefined, isPrimary: options.isPrimary };
    if (ads === undefined) return;
    const open = 'subscribe' in ads ? (): ConfigStream => ads : (): ConfigStream | undefined => this.openApi(ads);
    this.ads = new SourceStream(this, open);
  }

  /** @throws ConfigError for a source that could never bring anything */
  check(source: ConfigSource | undefined, path: string): void {
    checkSource(source, this.rules, path);
  }

  /** All that is wanted of a type from now on. */
  want(typeUrl: string, wanted: WantedResources): void {
    const before = this.wanted.get(typeUrl);
    this.wanted.set(typeUrl, wanted);
    for (const [name, source] of wanted) {
      if (before?.has(name) !== true) this.timeouts.begin(typeUrl, name, source);
    }
    for (const name of before?.keys() ?? []) if (!wanted.has(name)) this.timeouts.end(typeUrl, name);
    this.distribute(typeUrl, wanted);
  }

  /** Every resource of the type that the source has. */
  wantAll(typeUrl: string, source: ConfigSource | undefined): void {
    this.timeouts.begin(typeUrl, WHOLE_TYPE, source);
    this.streamOf(typeUrl, source)?.want(typeUrl, 'all');
  }

  /** Clusters became ready: streams that wait for theirs may begin. */
  advance(): void {
    this.ads?.advance();
    for (const stream of [...this.own.values()]) stream.advance();
  }

  onUpdate(update: Update): Verdict {
    const { consumer } = this.options;
    this.timeouts.end(update.typeUrl, WHOLE_TYPE);
    for (const { name } of update.resources) this.timeouts.end(update.typeUrl, name);
    for (const name of update.removed) this.timeouts.end(update.typeUrl, name);
    const verdict = consumer.onUpdate(update);
    if ('reject' in verdict) {
      for (const name of verdict.rejected ?? []) consumer.giveUp(update.typeUrl, name, 'refused');
    }
    return verdict;
  }

  close(): void {
    this.timeouts.close();
    this.ads?.close();
    for (const stream of this.own.values()) stream.close();
  }

  private distribute(typeUrl: string, wanted: WantedResources): void {
    const byStream = new Map<SourceStream, string[]>();
    for (const [name, source] of wanted) {
      const stream = this.streamOf(typeUrl, source);
      if (stream === undefined) continue;
      const names = byStream.get(stream);
      if (names === undefined) byStream.set(stream, [name]);
      else names.push(name);
    }
    if (this.ads !== undefined && !byStream.has(this.ads)) byStream.set(this.ads, []);
    for (const [key, stream] of [...this.own]) {
      if (!key.startsWith(`${typeUrl} `) || byStream.has(stream)) continue;
      stream.close();
      this.own.delete(key);
    }
    for (const [stream, names] of byStream) stream.want(typeUrl, names.sort());
  }

  private streamOf(typeUrl: string, source: ConfigSource | undefined): SourceStream | undefined {
    const specifier = source?.configSourceSpecifier;
    const isOwn =
      specifier?.case === 'apiConfigSource' || specifier?.case === 'pathConfigSource' || specifier?.case === 'path';
    if (!isOwn) return this.ads;
    const key = `${typeUrl} ${specifier.case} ${keyOf(specifier.value)}`;
    let stream = this.own.get(key);
    if (stream === undefined) {
      stream = new SourceStream(this, () => this.open(typeUrl, source!));
      this.own.set(key, stream);
    }
    return stream;
  }

  private open(typeUrl: string, source: ConfigSource): ConfigStream | undefined {
    const { context, consumer } = this.options;
    const specifier = source.configSourceSpecifier;
    if (specifier.case === 'apiConfigSource') return this.openApi(specifier.value, typeUrl);
    const path =
      specifier.case === 'pathConfigSource'
        ? specifier.value
        : create(PathConfigSourceSchema, { path: specifier.case === 'path' ? specifier.value : '' });
    return new PathConfigStream(path, context.logger, () => consumer.onFailure(typeUrl));
  }

  private openApi(source: ApiConfigSource, typeUrl?: string): ConfigStream | undefined {
    const { context, clusters, node, consumer } = this.options;
    if (clusters.get(clusterOf(source)) === undefined) return undefined;
    const onFailure = (): void => {
      const types = typeUrl === undefined ? this.wanted.keys() : [typeUrl];
      for (const type of types) consumer.onFailure(type);
    };
    return new ApiConfigStream(source, typeUrl, { context, clusters, node, onFailure });
  }
}

/** The same for equal sources. */
function keyOf(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part));
}
