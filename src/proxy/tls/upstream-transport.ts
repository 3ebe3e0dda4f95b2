import type { JsonObject } from '@bufbuild/protobuf';
import type { Cluster as ClusterConfig } from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import type { TransportSocket as Config } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { ProxyProtocolUpstreamTransportSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol_pb.js';
import { RawBufferSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb.js';
import { UpstreamTlsContextSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import type { Host } from '../cluster/host.js';
import { typeNameOf, unpack } from '../config/registry.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import type { TransportSocket } from '../pool/transport-socket.js';
import { ProxyHeaderSocket } from './proxy-header-socket.js';
import type { TlsState } from './tls-context.js';
import { UpstreamTls } from './upstream-tls.js';

/** Where endpoints say which socket they want. */
const MATCH_NAMESPACE = 'envoy.transport_socket_match';

/** The transport sockets of a cluster: its own, and those that some endpoints want. */
export class UpstreamTransport {
  /** Undefined for the bare bytes everywhere. */
  readonly socket: TransportSocket | undefined;
  /** Its connections say who the client is. */
  tellsClient = false;
  private readonly contexts: UpstreamTls[] = [];

  /** @throws ConfigError */
  constructor(
    config: ClusterConfig,
    private readonly context: ProxyContext,
    private readonly statName: string,
  ) {
    const own = this.compile(config.transportSocket, 'transport_socket');
    const matches = config.transportSocketMatches.map(({ name, match, transportSocket }, i) => ({
      wanted: match ?? {},
      socket: this.compile(transportSocket, `transport_socket_matches[${i}].transport_socket`),
      count: context.stats.counter(`cluster.${statName}.${name}.total_match_count`),
    }));
    if (matches.length === 0) {
      this.socket = own;
      return;
    }
    const otherwise = context.stats.counter(`cluster.${statName}.default.total_match_count`);
    const counted = new WeakSet<Host>();
    this.socket = {
      secure(socket, host, alpn, ready, failed, client, server) {
        const found = matches.find(({ wanted }) => isAskedFor(wanted, host));
        if (!counted.has(host)) (found?.count ?? otherwise).value++;
        counted.add(host);
        const chosen = found === undefined ? own : found.socket;
        if (chosen === undefined) ready(socket, '');
        else chosen.secure(socket, host, alpn, ready, failed, client, server);
      },
    };
  }

  /** Calls back when all secrets are there: at once, or later. */
  whenReady(done: () => void): void {
    let left = this.contexts.length;
    if (left === 0) {
      done();
      return;
    }
    for (const context of this.contexts) context.whenReady(() => --left === 0 && done());
  }

  /** For `/certs`. */
  get tls(): readonly TlsState[] {
    return this.contexts.map(({ tls }) => tls);
  }

  /** Secrets are no longer followed. */
  close(): void {
    for (const context of this.contexts) context.close();
  }

  private compile(config: Config | undefined, path: string): TransportSocket | undefined {
    if (config === undefined) return undefined;
    const any = config.configType.case === 'typedConfig' ? config.configType.value : undefined;
    switch (any === undefined ? '' : typeNameOf(any)) {
      case RawBufferSchema.typeName:
        return undefined;
      case UpstreamTlsContextSchema.typeName: {
        const tls = new UpstreamTls(
          unpack(any!, UpstreamTlsContextSchema),
          this.context,
          `cluster.${this.statName}`,
          `${path}.typed_config`,
        );
        this.contexts.push(tls);
        return tls;
      }
      case ProxyProtocolUpstreamTransportSchema.typeName: {
        this.tellsClient = true;
        const outer = unpack(any!, ProxyProtocolUpstreamTransportSchema);
        return new ProxyHeaderSocket(
          outer,
          this.compile(outer.transportSocket, `${path}.typed_config.transport_socket`),
        );
      }
      default:
        throw new ConfigError(path, `transport socket ${JSON.stringify(config.name)} is not supported here`);
    }
  }
}

function isAskedFor(wanted: JsonObject, host: Host): boolean {
  const said = host.metadata?.[MATCH_NAMESPACE] as JsonObject | undefined;
  return Object.entries(wanted).every(([key, value]) => JSON.stringify(said?.[key]) === JSON.stringify(value));
}
