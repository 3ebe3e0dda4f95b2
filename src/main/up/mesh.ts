import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
import { SystemClock } from '../../base/clock.js';
import { CleanupStack } from '../../base/dispose.js';
import { LineLogger } from '../../base/logger.js';
import { SystemRandom } from '../../base/random.js';
import type { MeshStatus, RunningMesh, UpOptions } from '../../cli/launcher.js';
import { CONSOLE_TOKEN_FILE, REGISTRY_PASSWORD_FILE } from '../../cli/state-paths.js';
import { DEFAULT_SERVICE_RANGE } from '../../resources/core/service/allocate.js';
import { PROXY_VERSION } from '../../resources/injection/sidecar.js';
import { AuditFile } from './audit-file.js';
import { startConsole } from './console.js';
import { ConsoleData } from './console-data.js';
import { ControlPlane } from './control-plane.js';
import { deployExample } from './deploy-example.js';
import { chooseDriver } from './driver-choice.js';
import { loadExample } from './example.js';
import { Instance } from './instance.js';
import { endNode, NodeProcess } from './node-process.js';
import { nodeReady } from './node-ready.js';
import { nodesOf } from './nodes.js';
import { freePort } from './ports.js';
import { startRegistry } from './registry.js';
import { API_SERVICE_IP, DNS_SERVICE_IP } from './system-objects.js';

const USUAL_API_PORT = 6443;
const USUAL_INGRESS_PORT = 8080;
/** Of the process that runs all nodes. */
const NODE_NAME = 'node-0';
/** Enough for ten nodes of 110 pods. */
const POD_RANGE = '10.244.0.0/20';
const SERVICE_RANGE = DEFAULT_SERVICE_RANGE.cidr;
const MESH_RANGES = ['10.244.0.0/16', SERVICE_RANGE];
const CLUSTER_DOMAIN = 'cluster.local';

/**
 * Starts a whole mesh: control plane in this process, its node beside it, and the example if one is wanted. Rejects with the
 * signal's reason, after it ended what it had started, when that aborts before the mesh is ready.
 */
export async function startMesh(
  options: UpOptions,
  folder: string,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<RunningMesh> {
  const instance = new Instance(options.name, folder);
  const cleanup = new CleanupStack();
  // What an earlier mesh of this name kept is not this one's to remove.
  const isNew = !existsSync(instance.path('pki')) || instance.read()?.temporary === true;
  const left = instance.claim();
  try {
    // A control plane that was killed leaves its node running.
    if (left) await endNode(left);
    const temporary = options.ephemeral && isNew;
    instance.setTemporary(temporary);
    cleanup.defer(() => {
      instance.release();
      if (temporary) instance.remove();
    });
    const status = await start(instance, options, cleanup, progress, signal);
    instance.setStatus(status);
    return running(status, cleanup);
  } catch (error) {
    await cleanup.run().catch(() => {});
    throw error;
  }
}

/** A disk that is full, or a folder that is gone with its mesh, must not end what it only tells of. */
function logTo(file: string): (line: string) => void {
  return (line) => {
    try {
      appendFileSync(file, line);
    } catch {
      // Nowhere to say so.
    }
  };
}

async function start(
  instance: Instance,
  options: UpOptions,
  cleanup: CleanupStack,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<MeshStatus> {
  const clock = new SystemClock();
  const random = new SystemRandom();
  const logFile = instance.path('control-plane.log');
  const logger = new LineLogger(logTo(logFile));
  const example = options.example === undefined ? undefined : loadExample(options.example);
  instance.makeRunFolder();
  mkdirSync(instance.path(NODE_NAME), { recursive: true, mode: 0o700 });
  const driver = await chooseDriver(options.driver);
  const apiPort = await freePort('API server', options.apiPort, USUAL_API_PORT, progress);
  const ingressPort = await freePort('ingress', options.ingressPort, USUAL_INGRESS_PORT, progress);
  const adsSocket = `${instance.runFolder}/ads.sock`;
  const policySocket = `${instance.runFolder}/policy.sock`;
  const nodes = nodesOf(instance, options.nodes ?? 1);
  const imagesDir = instance.path('images');
  signal.throwIfAborted();

  const audit = options.audit === undefined ? undefined : new AuditFile(options.audit, logger.scope('audit'));
  cleanup.defer(async () => audit?.close());
  const controlPlane = await ControlPlane.start({
    clock,
    random,
    logger,
    apiPort,
    ephemeral: options.ephemeral,
    rbac: options.rbac ?? false,
    ...(audit && { audit: audit.write }),
    ...(options.outboundTrafficPolicy && { outboundTrafficPolicy: options.outboundTrafficPolicy }),
    effects: driver.effects,
    paths: {
      store: instance.path('store'),
      pki: instance.path('pki'),
      kubeconfig: instance.path('kubeconfig'),
      nodeKubeconfig: instance.path(NODE_NAME, 'kubeconfig'),
      adsSocket,
      policySocket,
      policyLog: instance.path('policy.log'),
      volumes: instance.path('volumes'),
    },
    agentSocket: (name) => nodes.find((node) => node.name === name)?.agentSocket,
  });
  cleanup.defer(() => controlPlane.stop());
  signal.throwIfAborted();

  const node = new NodeProcess({
    config: {
      nodes,
      driver: driver.name,
      kubeconfig: instance.path(NODE_NAME, 'kubeconfig'),
      adsSocket,
      policySocket,
      stateDir: instance.path(NODE_NAME),
      imagesDir,
      runDir: instance.runFolder,
      podRange: POD_RANGE,
      meshRanges: MESH_RANGES,
      serviceRange: SERVICE_RANGE,
      dnsServer: DNS_SERVICE_IP,
      apiService: API_SERVICE_IP,
      clusterDomain: CLUSTER_DOMAIN,
    },
    configFile: instance.path(NODE_NAME, 'config.json'),
    logFile: instance.path(`${NODE_NAME}.log`),
    clock,
    logger: logger.scope('node'),
    onStart: (process) => instance.setNode(process),
  });
  cleanup.defer(() => node.stop());

  const facts = {
    name: options.name,
    version: PROXY_VERSION,
    driver: driver.name,
    driverReason: driver.reason,
    kubeconfig: instance.path('kubeconfig'),
    apiServer: controlPlane.apiServerUrl,
    ingress: `http://127.0.0.1:${ingressPort}`,
  };
  const consolePage = await startConsole({
    source: new ConsoleData({ mesh: facts, source: controlPlane.source, proxies: controlPlane.proxies, clock }),
    tokenFile: instance.path(CONSOLE_TOKEN_FILE),
    logger: logger.scope('console'),
    progress,
  });
  cleanup.defer(() => consolePage.stop());
  const registry = await startRegistry({
    port: options.registryPort,
    imagesDir,
    passwordFile: instance.path(REGISTRY_PASSWORD_FILE),
    clock,
    logger: logger.scope('registry'),
    progress,
  });
  cleanup.defer(() => registry.stop());

  const status: MeshStatus = {
    ...facts,
    pid: process.pid,
    stateFolder: instance.folder,
    console: consolePage.url,
    registry: registry.address,
    ...(example && { try: example.try, namespace: example.namespace }),
  };
  const { client } = controlPlane;
  const nodeLog = instance.path(`${NODE_NAME}.log`);
  for (const { name: nodeName, agentSocket } of nodes) {
    await nodeReady({ client, clock, nodeName, agentSocket, logFile: nodeLog, signal });
  }
  await controlPlane.deployGateway(ingressPort);
  if (example) {
    await deployExample(example, { client, clock, imagesDir, ingress: status.ingress, progress, signal });
  }
  signal.throwIfAborted();
  return status;
}

function running(status: MeshStatus, cleanup: CleanupStack): RunningMesh {
  let end: (code: number) => void;
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  const stop = async (): Promise<void> => {
    try {
      await cleanup.run();
      end(0);
    } catch (error) {
      end(1);
      throw error;
    }
  };
  let stopped: Promise<void> | undefined;
  return {
    status,
    ended,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}
