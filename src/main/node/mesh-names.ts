import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Random } from '../../base/random.js';
import type { Client } from '../../client/client.js';
import { Informer } from '../../client/informer.js';
import { ENDPOINTS_RESOURCE, NAMESPACES, SERVICES } from '../../resources/gvr.js';
import type { EndpointsObject, NamespaceObject, ServiceObject } from '../../resources/types.js';
import { ClusterZone } from '../../runtime/dns/cluster-zone.js';
import { CachingForwarder, HostForwarder } from '../../runtime/dns/forwarder.js';
import { ENDPOINTS_INDEXES, InformedDirectory, SERVICE_INDEXES } from '../../runtime/dns/informed-directory.js';
import { DnsResponder } from '../../runtime/dns/responder.js';
import { followServicePorts, type ServicePort } from '../../runtime/services/service-routes.js';

export interface MeshNamesOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly domain: string;
}

/** The names of the mesh, as its API server has them, and those of the world behind. */
export class MeshNames {
  readonly responder: DnsResponder;
  private readonly services: Informer<ServiceObject>;
  private readonly endpoints: Informer<EndpointsObject>;
  private readonly informers: readonly { stop(): void }[];

  constructor(private readonly options: MeshNamesOptions) {
    const services = new Informer<ServiceObject>({ ...options, resource: SERVICES, indexes: SERVICE_INDEXES });
    const endpoints = new Informer<EndpointsObject>({
      ...options,
      resource: ENDPOINTS_RESOURCE,
      indexes: ENDPOINTS_INDEXES,
    });
    const namespaces = new Informer<NamespaceObject>({ ...options, resource: NAMESPACES });
    this.services = services;
    this.endpoints = endpoints;
    this.informers = [services, endpoints, namespaces];
    for (const informer of [services, endpoints, namespaces]) informer.start();
    const directory = new InformedDirectory({ services, endpoints, namespaces });
    const forwarder = new CachingForwarder(new HostForwarder(), options.clock);
    this.responder = new DnsResponder(new ClusterZone(directory, options.domain), forwarder);
  }

  /** Tells where services lead, now and at each change. @returns ends it */
  followPorts(onChange: (ports: readonly ServicePort[]) => void): () => void {
    const { services, endpoints } = this;
    return followServicePorts({ services, endpoints, clock: this.options.clock, onChange });
  }

  stop(): void {
    for (const informer of this.informers) informer.stop();
  }
}
