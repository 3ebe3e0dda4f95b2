import { FakeClock } from '../../../base/fake-clock.js';
import { SILENT_LOGGER } from '../../../base/logger.js';
import { DEPLOYMENTS, EVENTS, NAMESPACES, NODES, PODS, REPLICA_SETS, SERVICES } from '../../../resources/gvr.js';
import type { Gvr, KubeObject } from '../../../resources/object.js';
import type {
  DeploymentObject,
  EventObject,
  NodeObject,
  PodObject,
  ReplicaSetObject,
  ServiceObject,
} from '../../../resources/types.js';
import { rfc3339 } from '../../time.js';
import { isActive } from '../framework/pod-state.js';
import { type RunningControllers, startControllers } from '../start.js';
import { FakeApi } from './fake-api.js';

const NAMESPACE = 'shop';

/** All controllers over a fake API, with one node whose agent is the test. */
export class TestCluster {
  readonly clock = new FakeClock();
  readonly api = new FakeApi(this.clock);
  private controllers: RunningControllers | undefined;
  readonly removedFolders: string[] = [];
  private addresses = 0;

  async start(): Promise<void> {
    const context = { client: this.api, informers: this.api.informers, clock: this.clock, logger: SILENT_LOGGER };
    const volumeFolders = {
      create: async (volume: string) => `/volumes/${volume}`,
      remove: async (path: string) => this.removedFolders.push(path) > 0,
    };
    this.controllers = await startControllers(context, { volumeFolders });
    await this.api.create(NAMESPACES, object('v1', 'Namespace', NAMESPACE));
    await this.addNode('node-1');
    await this.settle();
  }

  async stop(): Promise<void> {
    await this.controllers?.stop();
  }

  settle(): Promise<void> {
    return this.api.settle(async () => this.controllers?.idle());
  }

  async addNode(name: string, spec: NodeObject['spec'] = {}): Promise<void> {
    const node: NodeObject = {
      ...object('v1', 'Node', name),
      spec,
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    };
    await this.api.create(NODES, node);
  }

  async deploy(name: string, spec: Partial<DeploymentObject['spec']> = {}): Promise<void> {
    const labels = { app: name };
    await this.api.create<DeploymentObject>(DEPLOYMENTS, {
      ...object('apps/v1', 'Deployment', name, NAMESPACE),
      spec: { selector: { matchLabels: labels }, template: template(name, 'v1'), ...spec },
    });
    await this.settle();
  }

  /** A new template for a Deployment, by another image. */
  async setImage(name: string, version: string): Promise<void> {
    const body = { spec: { template: template(name, version) } };
    await this.api.patch(DEPLOYMENTS, name, NAMESPACE, { type: 'merge', body });
    await this.settle();
  }

  async scale(name: string, replicas: number): Promise<void> {
    await this.api.patch(DEPLOYMENTS, name, NAMESPACE, { type: 'merge', body: { spec: { replicas } } });
    await this.settle();
  }

  async serve(name: string, spec: Partial<ServiceObject['spec']> = {}): Promise<void> {
    await this.api.create<ServiceObject>(SERVICES, {
      ...object('v1', 'Service', name, NAMESPACE),
      spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }], ...spec },
    });
    await this.settle();
  }

  /** Every pod with a node runs and is ready, and one that is being deleted ends: what a node's agent does. */
  async runPods(ready = true): Promise<void> {
    for (const pod of await this.all<PodObject>(PODS)) {
      const { name, namespace, deletionTimestamp } = pod.metadata;
      if (deletionTimestamp) {
        await this.api.delete(PODS, name, namespace, { gracePeriodSeconds: 0 });
      } else if (pod.spec.nodeName && !pod.status?.podIP) {
        await this.setReady(pod, ready);
      }
    }
    await this.settle();
  }

  async setReady(pod: PodObject, ready: boolean): Promise<void> {
    const podIP = pod.status?.podIP ?? `10.244.0.${++this.addresses}`;
    const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'Ready');
    const condition = {
      type: 'Ready',
      status: ready ? 'True' : 'False',
      lastTransitionTime: rfc3339(this.clock.now()),
    };
    const status = { ...pod.status, phase: 'Running' as const, podIP, conditions: [...others, condition] };
    await this.api.updateStatus<PodObject>(PODS, { ...pod, status });
  }

  async all<T extends KubeObject>(resource: Gvr): Promise<T[]> {
    return (await this.api.list<T>(resource)).items;
  }

  /** Pods that are neither ended nor ending, by the version of their image. */
  async activePods(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const pod of (await this.all<PodObject>(PODS)).filter(isActive)) {
      const version = pod.spec.containers[0]?.image?.split(':')[1] ?? '';
      counts[version] = (counts[version] ?? 0) + 1;
    }
    return counts;
  }

  deployment(name: string): Promise<DeploymentObject> {
    return this.api.get(DEPLOYMENTS, name, NAMESPACE);
  }

  replicaSets(): Promise<ReplicaSetObject[]> {
    return this.all(REPLICA_SETS);
  }

  async eventsOf(kind: string): Promise<string[]> {
    const events = await this.all<EventObject>(EVENTS);
    return events
      .filter(({ involvedObject }) => involvedObject.kind === kind)
      .map((event) => `${event.reason}: ${event.message}`);
  }
}

export function object(apiVersion: string, kind: string, name: string, namespace?: string): KubeObject {
  return { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
}

export function template(name: string, version: string): DeploymentObject['spec']['template'] {
  return {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name, image: `${name}:${version}`, ports: [{ name: 'web', containerPort: 8080 }] }] },
  };
}
