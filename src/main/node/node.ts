import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { SystemClock } from '../../base/clock.js';
import { CleanupStack } from '../../base/dispose.js';
import { messageOf } from '../../base/errors.js';
import { LineLogger, type Logger } from '../../base/logger.js';
import { SystemRandom } from '../../base/random.js';
import { Informer } from '../../client/informer.js';
import { loadKubeconfig } from '../../client/kubeconfig.js';
import { RemoteClient } from '../../client/remote-client.js';
import { raiseOpenFileLimit, type ServiceRoute } from '../../native/index.js';
import { NODES } from '../../resources/gvr.js';
import { PROXY_VERSION } from '../../resources/injection/sidecar.js';
import type { NodeObject } from '../../resources/types.js';
import { LocalPodAccess } from '../../runtime/agent/local-pod-access.js';
import { NodeAgent } from '../../runtime/agent/node-agent.js';
import { AgentServer } from '../../runtime/agent/server/agent-server.js';
import { DnsServer } from '../../runtime/dns/dns-server.js';
import type { Driver } from '../../runtime/drivers/driver.js';
import { NetnsDriver } from '../../runtime/drivers/netns/netns-driver.js';
import { ProcessDriver } from '../../runtime/drivers/process/process-driver.js';
import { EventRecorder } from '../../runtime/events/event-recorder.js';
import { ImageStore } from '../../runtime/images/image-store.js';
import { NodePorts } from '../../runtime/services/node-ports.js';
import { processScript } from '../process-scripts.js';
import { ChildProxyHost } from '../proxy/child-proxy-host.js';
import { relayApi } from './api-relay.js';
import { MeshNames } from './mesh-names.js';
import { type NodeConfig, netnsFolder } from './node-config.js';
import { SwitchedAgent } from './switched-agent.js';

const HOST_ADDRESS = '127.0.0.1';
const DNS_PORT = 53;
const API_PORT = 443;

/** The node process: the agents of its nodes with their driver, name server, and the proxy as its child. */
export async function runNode(configFile: string): Promise<void> {
  const config = JSON.parse(readFileSync(configFile, 'utf8')) as NodeConfig;
  const logger = new LineLogger((line) => process.stderr.write(line)).scope(config.nodes[0]?.name ?? 'node');
  const cleanup = new CleanupStack();
  const started = start(config, configFile, logger, cleanup);
  const end = async (): Promise<void> => {
    // A node that ends while it starts ends in order as soon as it has: half of it cannot be undone.
    await started.catch(() => {});
    try {
      await cleanup.run();
      process.exit(0);
    } catch (error) {
      logger.error('end of the node failed', { error: String(error) });
      process.exit(1);
    }
  };
  let isEnding = false;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!isEnding) void end();
      isEnding = true;
    });
  }
  await started;
}

async function start(config: NodeConfig, configFile: string, logger: Logger, cleanup: CleanupStack): Promise<void> {
  const clock = new SystemClock();
  const random = new SystemRandom();
  mkdirSync(config.stateDir, { recursive: true, mode: 0o700 });
  await raiseOpenFileLimit();

  const connection = loadKubeconfig(config.kubeconfig);
  const client = new RemoteClient(connection, 'trysail-agent');
  const names = new MeshNames({ client, clock, random, logger, domain: config.clusterDomain });
  cleanup.defer(() => names.stop());
  const proxyLog = openSync(join(config.stateDir, 'proxy.log'), 'a', 0o600);
  const proxyHost = new ChildProxyHost({
    argv: [process.execPath, processScript('proxy'), configFile],
    logFd: proxyLog,
    clock,
    logger,
  });
  cleanup.defer(() => proxyHost.stop());

  const driver = makeDriver(config, names);
  await driver.start();
  cleanup.defer(() => driver.stop());
  const images = new ImageStore({ dir: config.imagesDir, clock });
  const shared = { client, clusterCa: connection.ca ?? '', driver: borrowed(driver), proxyHost, images, clock, random };
  const agents = config.nodes.map((node) => {
    const { clusterDomain, dnsServer } = config;
    const { name: nodeName, stateDir, region, zone } = node;
    const place = { nodeName, stateDir, region, zone, clusterDomain, dnsServer };
    const make = () => new NodeAgent({ ...shared, ...place, logger, version: PROXY_VERSION });
    const informer = new Informer<NodeObject>({
      ...{ client, clock, random, logger },
      resource: NODES,
      fieldSelector: `metadata.name=${nodeName}`,
    });
    cleanup.defer(() => informer.stop());
    informer.start();
    return { node, agent: new SwitchedAgent({ make, node: informer, logger: logger.scope(nodeName) }) };
  });
  for (const { agent } of agents) {
    cleanup.defer(() => agent.stop());
    await agent.start();
  }
  if (driver instanceof NetnsDriver) {
    const sockets = await driver.openServerSockets(config.dnsServer, DNS_PORT);
    const dns = await DnsServer.open(names.responder, sockets);
    cleanup.defer(() => dns.close());
    const apiSocket = await driver.openServerSocket(config.apiService, API_PORT);
    const api = await relayApi({ fd: apiSocket }, connection.server);
    cleanup.defer(() => api.close());
  }
  for (const { node, agent } of agents) {
    const access = new LocalPodAccess(agent);
    const server = new AgentServer({ access, socketPath: node.agentSocket, logger });
    cleanup.defer(() => server.stop());
    await server.start();
  }
  const nodePorts = new NodePorts({
    address: HOST_ADDRESS,
    dial: driver instanceof NetnsDriver ? (address, port) => driver.dial(address, port) : dialOnHost,
    random,
    onProblem: (service, message) => events.record(service, 'Warning', 'NodePortNotOpen', message),
  });
  const events = new EventRecorder(client, clock, logger, {
    component: 'kube-proxy',
    host: config.nodes[0]?.name ?? '',
  });
  cleanup.defer(() => nodePorts.close());
  const unfollow = names.followPorts((ports) => {
    void nodePorts.set(ports);
    const routes = ports.map(({ route }) => route);
    // In a network of the mesh the relay has that address; elsewhere the service leads to the server itself.
    const toApi = driver instanceof NetnsDriver ? [] : [apiRoute(config.apiService, connection.server)];
    driver.setServices([...routes, ...toApi]).catch((error: unknown) => {
      logger.error('services not changed in pods', { error: messageOf(error) });
    });
  });
  cleanup.defer(unfollow);
  logger.info('node is up', { driver: driver.name });
}

function apiRoute(address: string, server: string): ServiceRoute {
  const { hostname, port } = new URL(server);
  const targets = [{ address: hostname, port: Number(port || API_PORT) }];
  return { address, protocol: 'tcp', port: API_PORT, targets, sticky: false };
}

async function dialOnHost(host: string, port: number): Promise<Socket> {
  const socket = connect({ host, port, allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

/** For agents that share it: none of them starts or ends it. */
function borrowed(driver: Driver): Driver {
  return {
    name: driver.name,
    start: async () => {},
    createSandbox: (spec) => driver.createSandbox(spec),
    ...(driver.keepInMemory && { keepInMemory: driver.keepInMemory.bind(driver) }),
    stop: async () => {},
  };
}

function makeDriver(config: NodeConfig, names: MeshNames): NetnsDriver | ProcessDriver {
  if (config.driver === 'netns') {
    return new NetnsDriver({
      runDir: netnsFolder(config.runDir),
      podRange: config.podRange,
      serverAddresses: [config.dnsServer, config.apiService],
      serviceRange: config.serviceRange,
    });
  }
  const { stateDir, serviceRange } = config;
  return new ProcessDriver({ stateDir, dns: names.responder, serviceRange, random: new SystemRandom() });
}
