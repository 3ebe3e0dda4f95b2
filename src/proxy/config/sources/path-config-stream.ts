import { readFileSync } from 'node:fs';
import { fromBinary, fromJson } from '@bufbuild/protobuf';
import type { Disposable } from '../../../base/dispose.js';
import { messageOf } from '../../../base/errors.js';
import type { Logger } from '../../../base/logger.js';
import { readState } from '../../../xds/client/sotw-update.js';
import { TypeSubscription } from '../../../xds/client/type-subscription.js';
import { remember } from '../../../xds/client/xds-client.js';
import type { PathConfigSource } from '../../../xds/types/gen/envoy/config/core/v3/config_source_pb.js';
import {
  type DiscoveryResponse,
  DiscoveryResponseSchema,
} from '../../../xds/types/gen/envoy/service/discovery/v3/discovery_pb.js';
import { BOOTSTRAP_TYPES } from '../bootstrap-types.js';
import type { ConfigConsumer, ConfigStream } from '../config-stream.js';
import { checkJson } from '../json-check.js';
import { readYaml } from '../read-yaml.js';
import { watchFile } from './watched-file.js';

/** One type's resources from a file that holds a DiscoveryResponse; read again when another is moved to its path. */
export class PathConfigStream implements ConfigStream {
  private consumer: ConfigConsumer | undefined;
  private watcher: Disposable | undefined;
  private subscription: TypeSubscription | undefined;

  constructor(
    private readonly source: PathConfigSource,
    private readonly logger: Logger,
    /** Told of a file that cannot be read or is not a DiscoveryResponse. */
    private readonly onFailure: () => void,
  ) {}

  start(consumer: ConfigConsumer): void {
    this.consumer = consumer;
    this.watcher = watchFile(this.source.path, this.source.watchedDirectory?.path, () => this.read());
  }

  subscribe(typeUrl: string, names: readonly string[] | 'all'): void {
    this.subscription ??= new TypeSubscription(typeUrl);
    this.subscription.want(names === 'all' ? ['*'] : names);
    this.read();
  }

  close(): void {
    this.watcher?.dispose();
    this.consumer = undefined;
  }

  private read(): void {
    const { consumer, subscription } = this;
    if (consumer === undefined || subscription === undefined) return;
    try {
      const response = readResponse(this.source.path);
      const update = readState({ ...response, typeUrl: subscription.typeUrl }, subscription);
      remember(subscription, update, consumer.onUpdate(update));
    } catch (error) {
      this.onFailure();
      this.logger.warn('configuration file refused', { path: this.source.path, message: messageOf(error) });
    }
  }
}

/** @throws Error when the file cannot be read or understood */
function readResponse(path: string): DiscoveryResponse {
  if (path.endsWith('.pb')) return fromBinary(DiscoveryResponseSchema, readFileSync(path));
  const json = readYaml(readFileSync(path, 'utf8'));
  checkJson(DiscoveryResponseSchema, json, BOOTSTRAP_TYPES);
  return fromJson(DiscoveryResponseSchema, json, { registry: BOOTSTRAP_TYPES });
}
