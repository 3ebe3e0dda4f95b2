import { DeltaAdsClient, type DeltaAdsClientOptions } from '../../xds/client/delta-client.js';
import type { ConfigConsumer, ConfigStream } from './config-stream.js';

/** A logical proxy's configuration by delta ADS. */
export class AdsConfigStream implements ConfigStream {
  private client: DeltaAdsClient | undefined;

  constructor(private readonly options: Omit<DeltaAdsClientOptions, 'onUpdate'>) {}

  start(consumer: ConfigConsumer): void {
    this.client = new DeltaAdsClient({ ...this.options, onUpdate: (update) => consumer.onUpdate(update) });
    this.client.start();
  }

  subscribe(typeUrl: string, names: readonly string[] | 'all'): void {
    this.client?.subscribe(typeUrl, names === 'all' ? '*' : names);
  }

  close(): void {
    this.client?.close();
  }
}
