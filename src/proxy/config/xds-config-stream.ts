import { XdsClient, type XdsClientOptions } from '../../xds/client/xds-client.js';
import type { ConfigConsumer, ConfigStream } from './config-stream.js';

/** A logical proxy's configuration by a stream of a discovery service, aggregated or of one type. */
export class XdsConfigStream<Request, Response extends { readonly typeUrl: string }> implements ConfigStream {
  private client: XdsClient<Request, Response> | undefined;

  constructor(private readonly options: Omit<XdsClientOptions<Request, Response>, 'onUpdate'>) {}

  start(consumer: ConfigConsumer): void {
    this.client = new XdsClient({ ...this.options, onUpdate: (update) => consumer.onUpdate(update) });
    this.client.start();
  }

  subscribe(typeUrl: string, names: readonly string[] | 'all'): void {
    this.client?.subscribe(typeUrl, names === 'all' ? '*' : names);
  }

  close(): void {
    this.client?.close();
  }
}
