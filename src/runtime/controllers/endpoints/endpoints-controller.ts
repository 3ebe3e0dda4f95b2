import type { EndpointAddress, EndpointSubset, ObjectReference } from 'kubernetes-types/core/v1.js';
import { isAlreadyExists, isNotFound } from '../../../client/client.js';
import { ENDPOINTS_RESOURCE } from '../../../resources/gvr.js';
import { sameJson } from '../../../resources/same-json.js';
import type { EndpointsObject, PodObject, ServiceObject } from '../../../resources/types.js';
import { Controller, type ControllerContext } from '../framework/controller.js';
import type { Informer } from '../framework/informers.js';
import { keyOf, parseKey } from '../framework/keys.js';
import { type EndpointGroup, type ServiceEndpoint, serviceEndpoints } from './service-endpoints.js';
import { ServicesOfPods } from './services-of-pods.js';

const HEADLESS_LABEL = 'service.kubernetes.io/headless';

/** Writes the addresses of each service's pods as its Endpoints. Services without a selector are left to who writes theirs. */
export class EndpointsController extends Controller {
  private readonly source: ServicesOfPods;
  private readonly endpoints: Informer<EndpointsObject>;

  constructor(context: ControllerContext) {
    super('endpoint-controller', context);
    this.source = new ServicesOfPods(context.informers);
    this.endpoints = context.informers.informer(ENDPOINTS_RESOURCE);
  }

  start(): void {
    this.source.subscribe((key) => this.queue.add(key));
    this.endpoints.addHandler({
      onAdd: (endpoints) => this.queue.add(keyOf(endpoints)),
      onUpdate: (endpoints) => this.queue.add(keyOf(endpoints)),
      onDelete: (endpoints) => this.queue.add(keyOf(endpoints)),
    });
  }

  protected async reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const service = this.source.services.get(name, namespace);
    const existing = this.endpoints.get(name, namespace);
    if (!service) {
      if (existing) await this.remove(existing);
      return;
    }
    if (!service.spec.selector || service.metadata.deletionTimestamp) return;
    const subsets = serviceEndpoints(service, this.source.pods.list(namespace)).flatMap(toSubset);
    const wanted = endpointsFor(service, subsets, existing);
    if (!existing) await this.create(wanted);
    else if (!isSame(existing, wanted)) await this.context.client.update(ENDPOINTS_RESOURCE, wanted);
  }

  private async create(endpoints: EndpointsObject): Promise<void> {
    try {
      await this.context.client.create(ENDPOINTS_RESOURCE, endpoints);
    } catch (error) {
      // There already, and the informer is about to say so.
      if (!isAlreadyExists(error)) throw error;
    }
  }

  private async remove({ metadata }: EndpointsObject): Promise<void> {
    const options = metadata.uid === undefined ? {} : { uid: metadata.uid };
    try {
      await this.context.client.delete(ENDPOINTS_RESOURCE, metadata.name, metadata.namespace, options);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

function endpointsFor(
  { metadata, spec }: ServiceObject,
  subsets: EndpointSubset[],
  existing: EndpointsObject | undefined,
): EndpointsObject {
  const labels = { ...metadata.labels, ...(spec.clusterIP === 'None' && { [HEADLESS_LABEL]: '' }) };
  const base: EndpointsObject = existing ?? {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: metadata.name, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }) },
  };
  return { ...base, metadata: { ...base.metadata, labels }, subsets };
}

function isSame(a: EndpointsObject, b: EndpointsObject): boolean {
  return sameJson(a.subsets ?? [], b.subsets ?? []) && sameJson(a.metadata.labels ?? {}, b.metadata.labels ?? {});
}

function toSubset({ ports, endpoints }: EndpointGroup): EndpointSubset[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  const notReady = endpoints.filter((endpoint) => !endpoint.ready && !endpoint.terminating);
  if (ready.length + notReady.length === 0) return [];
  return [
    {
      ...(ready.length > 0 && { addresses: ready.map(toAddress) }),
      ...(notReady.length > 0 && { notReadyAddresses: notReady.map(toAddress) }),
      ...(ports.length > 0 && {
        ports: ports.map(({ name, ...port }) => ({ ...(name && { name }), ...port })),
      }),
    },
  ];
}

function toAddress({ ip, hostname, pod }: ServiceEndpoint): EndpointAddress {
  return {
    ip,
    ...(hostname && { hostname }),
    ...(pod.spec.nodeName && { nodeName: pod.spec.nodeName }),
    targetRef: podReference(pod),
  };
}

export function podReference({ metadata }: PodObject): ObjectReference {
  return {
    kind: 'Pod',
    ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
    name: metadata.name,
    ...(metadata.uid !== undefined && { uid: metadata.uid }),
  };
}
