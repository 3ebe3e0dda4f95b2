import { createHash } from 'node:crypto';
import { createRegistry, fromJson, type JsonObject, type JsonValue, toBinary } from '@bufbuild/protobuf';
import { parse } from 'yaml';
import { messageOf } from '../../base/errors.js';
import type { ReceivedResource } from '../../xds/client/update.js';
import { type Bootstrap, BootstrapSchema } from '../../xds/types/gen/envoy/config/bootstrap/v3/bootstrap_pb.js';
import { ClusterSchema } from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ListenerSchema } from '../../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import type { NodeIdentity } from '../context.js';
import { ProxyError } from '../errors.js';
import type { SocketAddress } from '../network.js';
import { type ConfigConsumer, type ConfigStream, TYPE_URL } from './config-stream.js';
import { TYPES } from './registry.js';
import { checkSupported } from './walker.js';

const REGISTRY = createRegistry(TYPES, BootstrapSchema, ClusterSchema, ListenerSchema);

export interface LoadedBootstrap {
  readonly message: Bootstrap;
  readonly node: NodeIdentity;
  readonly admin: SocketAddress | undefined;
  /** Delivers the file's static resources. */
  readonly configStream: ConfigStream;
}

/**
 * Reads an Envoy bootstrap, YAML or JSON.
 * @throws ProxyError INVALID_BOOTSTRAP
 */
export function loadBootstrap(text: string): LoadedBootstrap {
  let message: Bootstrap;
  try {
    message = fromJson(BootstrapSchema, (parse(text) ?? {}) as JsonValue, { registry: REGISTRY });
  } catch (error) {
    throw new ProxyError(
      'INVALID_BOOTSTRAP',
      `Cannot read the bootstrap: ${messageOf(error)}`,
      'Compare it with Envoy’s `Bootstrap` message.',
      {
        cause: error,
      },
    );
  }
  checkBootstrap(message);
  const address = message.admin?.address?.address;
  const admin =
    address?.case === 'socketAddress' && address.value.portSpecifier.case === 'portValue'
      ? { address: address.value.address, port: address.value.portSpecifier.value }
      : undefined;
  return { message, node: nodeOf(message), admin, configStream: new StaticStream(message) };
}

function checkBootstrap(message: Bootstrap): void {
  try {
    checkSupported(BootstrapSchema, message);
  } catch (error) {
    const hint = 'docs/compatibility.md lists what is supported; leave the field out.';
    throw new ProxyError('INVALID_BOOTSTRAP', `Cannot run the bootstrap: ${messageOf(error)}`, hint, { cause: error });
  }
}

function nodeOf(bootstrap: Bootstrap): NodeIdentity {
  const { node } = bootstrap;
  return {
    id: node?.id ?? '',
    cluster: node?.cluster ?? '',
    metadata: (node?.metadata ?? {}) as JsonObject,
    locality: { region: node?.locality?.region ?? '', zone: node?.locality?.zone ?? '' },
  };
}

/** Static resources, delivered as if a control plane had sent them. */
class StaticStream implements ConfigStream {
  private readonly resources: ReadonlyMap<string, readonly ReceivedResource[]>;
  private consumer: ConfigConsumer | undefined;

  constructor(bootstrap: Bootstrap) {
    const { clusters, listeners } = bootstrap.staticResources ?? { clusters: [], listeners: [] };
    this.resources = new Map([
      [TYPE_URL.cluster, clusters.map((cluster) => resource(cluster.name, toBinary(ClusterSchema, cluster)))],
      [
        TYPE_URL.listener,
        listeners.map((listener, i) => resource(listener.name || `listener_${i}`, toBinary(ListenerSchema, listener))),
      ],
    ]);
  }

  start(consumer: ConfigConsumer): void {
    this.consumer = consumer;
  }

  subscribe(typeUrl: string): void {
    const resources = this.resources.get(typeUrl);
    if (resources === undefined) return;
    const verdict = this.consumer?.onUpdate({ typeUrl, resources, removed: [] });
    if (verdict !== undefined && 'reject' in verdict) throw new ProxyError('INVALID_CONFIG', verdict.reject);
  }

  close(): void {
    this.consumer = undefined;
  }
}

function resource(name: string, body: Uint8Array): ReceivedResource {
  return { name, version: createHash('sha256').update(body).digest('hex').slice(0, 16), body };
}
