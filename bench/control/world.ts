import type { Client } from '../../src/client/client.js';
import { ENDPOINTS_RESOURCE, NAMESPACES, NODES, PODS, SERVICES } from '../../src/resources/gvr.js';
import type { Gvr, KubeObject } from '../../src/resources/object.js';
import type { ProxySpec } from './messages.js';

const NAMESPACE_COUNT = 10;
const ENDPOINTS_OF_EACH = 5;
const PORT = 8080;
const WRITERS = 16;
/** Pods of a node that does not exist are deleted; of one that is silent they stay where they tolerate that. */
const NODE = 'silent';
export const ROUTE_RULES: Gvr = { group: 'config.istio.io', version: 'v1alpha2', resource: 'routerules' };

/** A mesh of so many services, each with five endpoints, over ten namespaces. */
export class World {
  constructor(
    private readonly client: Client,
    readonly services: number,
  ) {}

  async create(): Promise<void> {
    await this.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE } });
    const all = Array.from({ length: this.services }, (_, i) => i);
    for (let i = 0; i < NAMESPACE_COUNT; i++) {
      await this.client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `ns-${i}` } });
    }
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let i = next++; i < all.length; i = next++) await this.createService(i);
    };
    await Promise.all(Array.from({ length: WRITERS }, worker));
  }

  /** Puts the service's last endpoint at another address. */
  async moveEndpoint(service: number, round: number): Promise<void> {
    await this.client.update(ENDPOINTS_RESOURCE, endpointsOf(service, `10.9.${round % 250}.${1 + (service % 250)}`));
  }

  /** The rule of a service, with another timeout each round. */
  async changeRoute(service: number, round: number): Promise<void> {
    const name = `rule-${service}`;
    const body = {
      apiVersion: 'config.istio.io/v1alpha2',
      kind: 'RouteRule',
      metadata: { name, namespace: namespaceOf(service) },
      spec: {
        destination: { name: `service-${service}` },
        precedence: 1,
        route: [{ labels: { version: 'v1' } }],
        httpReqTimeout: { simpleTimeout: { timeout: `${round + 1}s` } },
      },
    };
    await this.client.patch(ROUTE_RULES, name, namespaceOf(service), { type: 'apply', body });
  }

  proxies(count: number): ProxySpec[] {
    return Array.from({ length: count }, (_, i) => proxyOf(i, this.services));
  }

  private async createService(i: number): Promise<void> {
    const write = (resource: Gvr, object: KubeObject) => this.client.create(resource, object);
    await write(SERVICES, serviceOf(i));
    for (const pod of podsOf(i)) await write(PODS, pod);
    await write(ENDPOINTS_RESOURCE, endpointsOf(i, podAddress(i, ENDPOINTS_OF_EACH - 1)));
  }
}

const namespaceOf = (service: number): string => `ns-${service % NAMESPACE_COUNT}`;
const podName = (service: number, k: number): string => `service-${service}-${k}`;
const podAddress = (service: number, k: number): string => `10.${1 + k}.${service >> 8}.${service & 255}`;
const labelsOf = (service: number) => ({ app: `service-${service}`, version: 'v1' });

/** Without a selector: its endpoints are then what is written, and no controller has a share in what is measured. */
export function serviceOf(i: number): KubeObject {
  const metadata = { name: `service-${i}`, namespace: namespaceOf(i) };
  return { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ name: 'http', port: PORT }] } } as KubeObject;
}

export function podsOf(service: number): KubeObject[] {
  return Array.from({ length: ENDPOINTS_OF_EACH }, (_, k) => podOf(service, k));
}

/** The sidecar of the n-th pod, of the services in turn. */
export function proxyOf(n: number, services: number): ProxySpec {
  const service = n % services;
  const k = Math.floor(n / services) % ENDPOINTS_OF_EACH;
  const namespace = namespaceOf(service);
  return {
    id: `sidecar~${podAddress(service, k)}~${podName(service, k)}.${namespace}~${namespace}.svc.cluster.local`,
    labels: labelsOf(service),
  };
}

function podOf(i: number, k: number): KubeObject {
  const metadata = { name: podName(i, k), namespace: namespaceOf(i), labels: labelsOf(i) };
  const containers = [{ name: 'main', image: 'none', ports: [{ containerPort: PORT }] }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { nodeName: NODE, containers, tolerations: [{ operator: 'Exists' }] },
  } as KubeObject;
}

export function endpointsOf(i: number, last: string): KubeObject {
  const metadata = { name: `service-${i}`, namespace: namespaceOf(i) };
  const addresses = Array.from({ length: ENDPOINTS_OF_EACH }, (_, k) => ({
    ip: k === ENDPOINTS_OF_EACH - 1 ? last : podAddress(i, k),
    targetRef: { kind: 'Pod', name: podName(i, k), namespace: metadata.namespace },
  }));
  const subsets = [{ addresses, ports: [{ name: 'http', port: PORT, protocol: 'TCP' }] }];
  return { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets } as KubeObject;
}
