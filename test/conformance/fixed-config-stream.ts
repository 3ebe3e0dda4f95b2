import type { ResourceSet } from '../../src/compiler/index.js';
import { type ConfigConsumer, type ConfigStream, TYPE_URL } from '../../src/proxy/config/config-stream.js';

/** Delivers one compiled configuration, in the order in which a control plane would. */
export class FixedConfigStream implements ConfigStream {
  private consumer: ConfigConsumer | undefined;

  constructor(private readonly resources: ResourceSet) {}

  start(consumer: ConfigConsumer): void {
    this.consumer = consumer;
  }

  subscribe(): void {}

  close(): void {}

  /** @returns why the consumer refused; empty when it took everything */
  send(): string[] {
    return Object.values(TYPE_URL).flatMap((typeUrl) => {
      const resources = [...(this.resources.get(typeUrl)?.values() ?? [])];
      const verdict = this.consumer!.onUpdate({ typeUrl, resources, removed: [] });
      return 'reject' in verdict ? [verdict.reject] : [];
    });
  }
}
