import type { Endpoint } from 'kubernetes-types/discovery/v1.js';
import { ENDPOINT_SLICES, NODES } from '../../../resources/gvr.js';
import { sameJson } from '../../../resources/same-json.js';
import type { EndpointSliceObject, NodeObject, ServiceObject } from '../../../resources/types.js';
import { Controller, type ControllerContext } from '../framework/controller.js';
import { Expectations } from '../framework/expectations.js';
import type { Informer } from '../framework/informers.js';
import { parseKey } from '../framework/keys.js';
import { controllerReference } from '../framework/ownership.js';
import { podReference } from './endpoints-controller.js';
import { type EndpointGroup, type ServiceEndpoint, serviceEndpoints } from './service-endpoints.js';
import { ServicesOfPods } from './services-of-pods.js';

const SERVICE_LABEL = 'kubernetes.io/service-name';
const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';
const MANAGER = 'endpointslice-controller.k8s.io';
const ZONE_LABEL = 'topology.kubernetes.io/zone';
const ENDPOINTS_IN_SLICE_MAX = 100;

type SliceContent = Pick<EndpointSliceObject, 'endpoints' | 'ports'>;

/** Writes the addresses of each service's pods as EndpointSlices, with zone and state of each. */
export class EndpointSliceController extends Controller {
  private readonly source: ServicesOfPods;
  private readonly slices: Informer<EndpointSliceObject>;
  private readonly nodes: Informer<NodeObject>;
  private readonly expectations: Expectations;

  constructor(context: ControllerContext) {
    super('endpointslice-controller', context);
    this.source = new ServicesOfPods(context.informers);
    this.slices = context.informers.informer(ENDPOINT_SLICES);
    this.nodes = context.informers.informer(NODES);
    this.expectations = new Expectations(context.clock);
  }

  start(): void {
    this.source.subscribe((key) => this.queue.add(key));
    const queueService = (slice: EndpointSliceObject): void => {
      const key = serviceKeyOf(slice);
      if (key) this.queue.add(key);
    };
    this.slices.addHandler({
      onAdd: (slice) => {
        const key = serviceKeyOf(slice);
        if (key) this.expectations.created(key);
        queueService(slice);
      },
      onUpdate: queueService,
      onDelete: queueService,
    });
  }

  /** Slices of a service that is gone are collected as its dependents. */
  protected async reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const service = this.source.services.get(name, namespace);
    if (!service) this.expectations.forget(key);
    if (!this.expectations.satisfied(key)) return;
    if (!service?.spec.selector || service.metadata.deletionTimestamp) return;
    const groups = serviceEndpoints(service, this.source.pods.list(namespace));
    const wanted = groups.flatMap((group) => this.toContents(group));
    // A service without pods has one empty slice, so that a reader can tell "none" from "not yet".
    if (wanted.length === 0) wanted.push({ endpoints: [], ports: [] });
    await this.write(key, service, wanted);
  }

  private async write(key: string, service: ServiceObject, wanted: readonly SliceContent[]): Promise<void> {
    const existing = this.slicesOf(service);
    for (const content of wanted) {
      const index = Math.max(
        0,
        existing.findIndex((slice) => sameJson(slice.ports ?? [], content.ports)),
      );
      const [slice] = existing.splice(index, 1);
      if (!slice) await this.create(key, service, content);
      else if (!isSame(slice, content)) await this.context.client.update(ENDPOINT_SLICES, { ...slice, ...content });
    }
    for (const { metadata } of existing) {
      await this.context.client.delete(ENDPOINT_SLICES, metadata.name, metadata.namespace);
    }
  }

  private async create(key: string, service: ServiceObject, content: SliceContent): Promise<void> {
    this.expectations.expectCreations(key, 1);
    try {
      await this.context.client.create(ENDPOINT_SLICES, newSlice(service, content));
    } catch (error) {
      this.expectations.created(key);
      throw error;
    }
  }

  private slicesOf({ metadata }: ServiceObject): EndpointSliceObject[] {
    return this.slices
      .list(metadata.namespace)
      .filter((slice) => slice.metadata.labels?.[SERVICE_LABEL] === metadata.name && isOurs(slice))
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  private toContents({ ports, endpoints }: EndpointGroup): SliceContent[] {
    const contents: SliceContent[] = [];
    for (let i = 0; i < endpoints.length; i += ENDPOINTS_IN_SLICE_MAX) {
      const part = endpoints.slice(i, i + ENDPOINTS_IN_SLICE_MAX);
      contents.push({ ports: [...ports], endpoints: part.map((endpoint) => this.toEndpoint(endpoint)) });
    }
    return contents;
  }

  private toEndpoint({ pod, ip, ready, serving, terminating, hostname }: ServiceEndpoint): Endpoint {
    const { nodeName } = pod.spec;
    const zone = nodeName ? this.nodes.get(nodeName)?.metadata.labels?.[ZONE_LABEL] : undefined;
    return {
      addresses: [ip],
      conditions: { ready, serving, terminating },
      ...(hostname && { hostname }),
      ...(nodeName && { nodeName }),
      ...(zone && { zone }),
      targetRef: podReference(pod),
    };
  }
}

function serviceKeyOf(slice: EndpointSliceObject): string | undefined {
  const service = slice.metadata.labels?.[SERVICE_LABEL];
  return service && isOurs(slice) ? `${slice.metadata.namespace}/${service}` : undefined;
}

function isOurs({ metadata }: EndpointSliceObject): boolean {
  return metadata.labels?.[MANAGED_BY_LABEL] === MANAGER;
}

function isSame(slice: EndpointSliceObject, { endpoints, ports = [] }: SliceContent): boolean {
  return sameJson(slice.endpoints, endpoints) && sameJson(slice.ports ?? [], ports);
}

function newSlice(service: ServiceObject, content: SliceContent): EndpointSliceObject {
  const { name, namespace, labels } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: '',
      generateName: `${name}-`,
      ...(namespace !== undefined && { namespace }),
      labels: { ...labels, [SERVICE_LABEL]: name, [MANAGED_BY_LABEL]: MANAGER },
      ownerReferences: [controllerReference(service)],
    },
    addressType: 'IPv4',
    ...content,
  };
}
