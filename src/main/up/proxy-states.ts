import type { Logger } from '../../base/logger.js';
import type { AckObserver } from '../../xds/server/source.js';
import type { Node } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';

/** What one connected proxy last said of each type of its configuration. */
export interface ProxyState {
  readonly id: string;
  readonly types: ReadonlyMap<string, { readonly accepted: boolean; readonly message?: string }>;
}

/** The proxies that are connected, and what they make of their configuration. */
export class ProxyStates implements AckObserver {
  private readonly proxies = new Map<string, Map<string, { accepted: boolean; message?: string }>>();

  constructor(private readonly logger: Logger) {}

  connected(node: Node): void {
    this.proxies.set(node.id, new Map());
    this.logger.debug('proxy connected', { proxy: node.id });
  }

  disconnected(node: Node): void {
    this.proxies.delete(node.id);
    this.logger.debug('proxy disconnected', { proxy: node.id });
  }

  acked(node: Node, typeUrl: string): void {
    this.proxies.get(node.id)?.set(typeUrl, { accepted: true });
  }

  nacked(node: Node, typeUrl: string, message: string): void {
    this.proxies.get(node.id)?.set(typeUrl, { accepted: false, message });
    this.logger.warn('proxy refused its configuration', { proxy: node.id, type: typeUrl, message });
  }

  all(): ProxyState[] {
    return [...this.proxies].map(([id, types]) => ({ id, types }));
  }
}
