import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { Random } from '../../base/random.js';
import type { Client, TokenClient } from '../../client/client.js';
import { Informer } from '../../client/informer.js';
import { PODS } from '../../resources/gvr.js';
import type { PodObject } from '../../resources/types.js';
import type { Driver } from '../drivers/driver.js';
import { EventRecorder } from '../events/event-recorder.js';
import type { ImageStore } from '../images/image-store.js';
import type { AgentParts, NodeFacts } from './agent-parts.js';
import { Heartbeat } from './node/heartbeat.js';
import { machineCapacity } from './node/node-object.js';
import { ObjectFollower } from './object-follower.js';
import { ObjectReader } from './object-reader.js';
import { PodWorker } from './pod/pod-worker.js';
import type { ProxyHost } from './proxy-host.js';

export interface NodeAgentOptions {
  readonly client: Client & TokenClient;
  /** PEM of the API server's CA, for the pods' programs. */
  readonly clusterCa: string;
  readonly nodeName: string;
  /** Started by the agent, and stopped. */
  readonly driver: Driver;
  readonly proxyHost: ProxyHost;
  readonly images: Pick<ImageStore, 'resolve' | 'rootfs' | 'onChange'>;
  /** The node's own: `logs/` and `pods/` are made in it. */
  readonly stateDir: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly version: string;
  /** Default 127.0.0.1. */
  readonly hostIP?: string;
  /** Default `local`. */
  readonly region?: string;
  /** Default: the region with `-a`. */
  readonly zone?: string;
  /** Default `cluster.local`. */
  readonly clusterDomain?: string;
  /** Address of kube-dns; default 10.96.0.10. */
  readonly dnsServer?: string;
}

/** The kubelet of a node: runs the pods that are bound to it and tells the API server how they are. */
export class NodeAgent {
  private readonly parts: AgentParts;
  private readonly workers = new Map<string, PodWorker>();
  private readonly stopping = new AbortController();
  private readonly pods: Informer<PodObject>;
  private heartbeat: Promise<void> | undefined;

  constructor(private readonly options: NodeAgentOptions) {
    const { client, clock, driver, proxyHost, images, stateDir, nodeName } = options;
    const logger = options.logger.scope('agent');
    this.parts = {
      client,
      clock,
      logger,
      driver,
      proxyHost,
      images,
      stateDir,
      node: nodeFacts(options),
      reader: new ObjectReader(client),
      follower: new ObjectFollower({ client, clock, random: options.random, logger }),
      tokens: client,
      clusterCa: options.clusterCa,
      events: new EventRecorder(client, clock, logger, { component: 'kubelet', host: nodeName }),
    };
    const fieldSelector = `spec.nodeName=${nodeName}`;
    this.pods = new Informer({ client, resource: PODS, fieldSelector, clock, random: options.random, logger });
  }

  /** Resolves when the node can run pods; the API server may come later. */
  async start(): Promise<void> {
    const { driver, proxyHost } = this.parts;
    await mkdir(path.join(this.options.stateDir, 'logs'), { recursive: true });
    await rm(path.join(this.options.stateDir, 'pods'), { recursive: true, force: true });
    await driver.start();
    proxyHost.onLost(() => {
      for (const worker of this.workers.values()) worker.proxyLost();
    });
    proxyHost.onLog((id, line) => this.workers.get(id)?.onProxyLog(line));
    this.heartbeat = new Heartbeat(this.parts, driver.name, this.options.version).run(this.stopping.signal);
    this.pods.addHandler({
      onAdd: (pod) => this.take(pod),
      onUpdate: (pod) => this.take(pod),
      onDelete: (pod) => this.forget(pod.metadata.uid ?? ''),
    });
    this.pods.start();
    void this.pods.synced.then(() => this.removeOldLogs());
  }

  /** Ends all pods and the driver. The objects stay as they are: the next agent starts them anew. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.pods.stop();
    this.parts.follower.stop();
    await Promise.all([...this.workers.values()].map((worker) => worker.abandon()));
    await this.parts.driver.stop();
    await this.heartbeat;
  }

  /** The worker of a pod by name, for logs, exec, attach and port-forward. */
  find(namespace: string, name: string): PodWorker | undefined {
    for (const worker of this.workers.values()) {
      const { metadata } = worker.pod;
      if (metadata.name === name && (metadata.namespace ?? 'default') === namespace) return worker;
    }
    return undefined;
  }

  private take(pod: PodObject): void {
    if (this.stopping.signal.aborted) return;
    const uid = pod.metadata.uid ?? '';
    const known = this.workers.get(uid);
    if (known) {
      known.update(pod);
      return;
    }
    const worker = new PodWorker(this.parts, pod);
    this.workers.set(uid, worker);
    void worker.gone.then(() => this.workers.delete(uid));
  }

  private forget(uid: string): void {
    void this.workers
      .get(uid)
      ?.removed()
      .catch((error: unknown) => this.parts.logger.error('pod not removed', { uid, error: messageOf(error) }));
  }

  /** Of pods that went while no agent was there. */
  private async removeOldLogs(): Promise<void> {
    const folder = path.join(this.options.stateDir, 'logs');
    for (const name of await readdir(folder).catch(() => [])) {
      const uid = name.slice(name.lastIndexOf('_') + 1);
      if (!this.workers.has(uid)) await rm(path.join(folder, name), { recursive: true, force: true });
    }
  }
}

function nodeFacts(options: NodeAgentOptions): NodeFacts {
  const { nodeName, hostIP = '127.0.0.1', region = 'local', clusterDomain = 'cluster.local' } = options;
  return {
    name: nodeName,
    hostIP,
    region,
    zone: options.zone ?? `${region}-a`,
    clusterDomain,
    dnsServer: options.dnsServer ?? '10.96.0.10',
    capacity: machineCapacity(),
  };
}
