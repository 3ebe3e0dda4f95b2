import { readFileSync } from 'node:fs';
import type { JsonObject } from '@bufbuild/protobuf';
import { SystemClock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import { LineLogger } from '../../base/logger.js';
import { SystemRandom } from '../../base/random.js';
import { PodSocketFactory, type PodSockets } from '../../native/pod-sockets.js';
import { RemoteQuotas } from '../../policy-server/index.js';
import {
  AdminServer,
  LinkedSockets,
  LinkNetwork,
  type LogicalProxy,
  ProxyServer,
  type SocketFactory,
  TextBuffer,
  XdsConfigStream,
} from '../../proxy/index.js';
import { PROXY_VERSION } from '../../resources/injection/sidecar.js';
import type { LogicalProxySpec } from '../../runtime/agent/proxy-host.js';
import { INBOUND_PORT, PROXY_MARK, SIDECAR_PORTS } from '../../runtime/drivers/netns/capture.js';
import { AdsConnection } from '../../xds/client/connection.js';
import { deltaAds } from '../../xds/client/discovery.js';
import type { NodeConfig } from '../node/node-config.js';
import { LogChannel } from './log-channel.js';
import { LoopbackSockets } from './loopback-sockets.js';
import type { FromProxy, ToProxy } from './messages.js';

const LOOPBACK = '127.0.0.1';
/** Istio's. */
const ADMIN_PORT = 15_000;

/**
 * The proxy process of a node: a child of the agent, which tells it by IPC which logical proxies there are. All that they do comes
 * by ADS. It ends with its parent.
 */
class ProxyProcess {
  private readonly clock = new SystemClock();
  private readonly random = new SystemRandom();
  private readonly logger = new LineLogger((line) => process.stderr.write(line)).scope('proxy');
  private readonly server = new ProxyServer({ clock: this.clock, random: this.random, logger: this.logger });
  private readonly ads: AdsConnection;
  private readonly quotas: RemoteQuotas;
  private readonly podSockets = new Map<string, PodSockets>();
  private readonly admins = new Map<string, AdminServer>();
  private factory: PodSocketFactory | undefined;
  /** Between the sidecars of this node. */
  private readonly links = new LinkNetwork();
  private readonly logs = new LogChannel((message, done) => this.tell(message, done));

  constructor(private readonly config: NodeConfig) {
    this.ads = new AdsConnection({ kind: 'unix', path: config.adsSocket });
    this.quotas = new RemoteQuotas(new AdsConnection({ kind: 'unix', path: config.policySocket }).transport);
  }

  take(message: ToProxy): void {
    if (message.type === 'add') {
      this.add(message.spec).then(
        () => this.tell({ type: 'ready', id: message.spec.id }),
        (error: unknown) => this.tell({ type: 'failed', id: message.spec.id, message: messageOf(error) }),
      );
    } else {
      this.remove(message.id, message.drain_ms).then(
        () => this.tell({ type: 'removed', id: message.id }),
        (error: unknown) => {
          this.logger.error('logical proxy did not end well', { id: message.id, error: messageOf(error) });
          this.tell({ type: 'removed', id: message.id });
        },
      );
    }
  }

  private async add(spec: LogicalProxySpec): Promise<void> {
    const { id, node } = spec;
    const proxy = this.server.add({
      id,
      node: { ...node, metadata: node.metadata as JsonObject },
      sockets: this.socketsFor(spec),
      configStream: new XdsConfigStream({
        discovery: deltaAds(this.ads),
        node: {
          id: node.id,
          cluster: node.cluster,
          metadata: node.metadata as JsonObject,
          locality: node.locality,
          userAgentName: 'trysail',
          userAgentVersionType: { case: 'userAgentVersion', value: PROXY_VERSION },
        },
        clock: this.clock,
        random: this.random,
        logger: this.logger.scope(node.id),
      }),
      onLog: this.logOf(id),
      quotas: this.quotas,
    });
    await this.openAdmin(spec, proxy);
    await proxy.ready();
  }

  /** Where Istio's sidecars have it, for people and for `trysail proxy-config`. A pod whose program has taken the port does without. */
  private async openAdmin({ id, network }: LogicalProxySpec, proxy: LogicalProxy): Promise<void> {
    const admin = new AdminServer(proxy, { version: PROXY_VERSION });
    const address = network.kind === 'loopback' ? network.podIP : LOOPBACK;
    const sockets = this.podSockets.get(id) ?? new LoopbackSockets({ podIP: network.podIP, hostPorts: {} });
    try {
      await admin.listenOn(sockets, { address, port: ADMIN_PORT });
      this.admins.set(id, admin);
    } catch (error) {
      this.logger.warn('no admin interface', { id, error: messageOf(error) });
    }
  }

  private async remove(id: string, drain_ms: number): Promise<void> {
    await this.server.remove(id, drain_ms);
    this.admins.get(id)?.close();
    this.admins.delete(id);
    this.podSockets.get(id)?.dispose();
    this.podSockets.delete(id);
  }

  /** Lines of access logs go to the agent in batches; their characters are bytes. */
  private logOf(id: string): (text: string) => void {
    const buffer = new TextBuffer(this.clock, (text) => {
      const line = Buffer.from(text, 'latin1').toString();
      this.logs.write(id, line.endsWith('\n') ? line.slice(0, -1) : line);
    });
    return (text) => buffer.append(text);
  }

  private socketsFor({ id, network, hostPorts }: LogicalProxySpec): SocketFactory {
    const { podIP } = network;
    if (network.kind === 'loopback')
      return new LinkedSockets(new LoopbackSockets({ podIP, hostPorts }), this.links, { address: podIP });
    this.factory ??= new PodSocketFactory();
    const sockets = this.factory.forPod({
      path: network.path,
      mark: PROXY_MARK,
      meshRanges: this.config.meshRanges,
      hostPorts,
    });
    this.podSockets.set(id, sockets);
    const capture = { port: INBOUND_PORT, exceptPorts: SIDECAR_PORTS };
    return new LinkedSockets(sockets, this.links, { address: podIP, capture });
  }

  private tell(message: FromProxy, done: () => void = () => {}): void {
    if (process.connected) process.send?.(message, done);
    else done();
  }
}

const [configFile = ''] = process.argv.slice(2);
const proxyProcess = new ProxyProcess(JSON.parse(readFileSync(configFile, 'utf8')) as NodeConfig);
process.on('message', (message) => proxyProcess.take(message as ToProxy));
process.on('disconnect', () => process.exit(0));
