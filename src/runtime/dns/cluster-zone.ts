import { isIPv4 } from 'node:net';
import type { Answer, SrvAnswer, StringAnswer } from 'dns-packet';
import type { DnsEndpoint, DnsPort, DnsService, ServiceDirectory } from './service-directory.js';

/** Kubernetes' name specification, version 1.1.0 (kubernetes/dns docs/specification.md), with the times of CoreDNS. */
const SPECIFICATION_VERSION = '1.1.0';
export const CLUSTER_TTL_S = 5;
export const CLUSTER_DOMAIN = 'cluster.local';

export type ZoneAnswer =
  /** `alias`: the name that the last CNAME leads out of the zone to. */
  | { readonly kind: 'records'; readonly answers: Answer[]; readonly additionals: Answer[]; readonly alias?: string }
  /** The name exists, not with this type. */
  | { readonly kind: 'no-data' }
  | { readonly kind: 'no-name' };

const NO_DATA: ZoneAnswer = { kind: 'no-data' };
const NO_NAME: ZoneAnswer = { kind: 'no-name' };

/** The records below the cluster's domain; a pure function of the directory. */
export class ClusterZone {
  constructor(
    private readonly directory: ServiceDirectory,
    private readonly domain = CLUSTER_DOMAIN,
  ) {}

  /** @param name in lower case, without the last dot */
  contains(name: string): boolean {
    return name === this.domain || name.endsWith(`.${this.domain}`);
  }

  /** @returns undefined where the name is not of this zone */
  answer(name: string, type: string): ZoneAnswer | undefined {
    if (name.endsWith('.in-addr.arpa')) return this.reverse(name, type);
    if (!this.contains(name)) return undefined;
    const labels = name
      .slice(0, -this.domain.length - 1)
      .split('.')
      .filter((label) => label !== '')
      .reverse();
    switch (labels[0]) {
      case undefined:
        return this.apex(name, type);
      case 'dns-version':
        return labels.length === 1 ? versionAnswer(name, type) : NO_NAME;
      case 'svc':
        return this.below(name, type, labels.slice(1));
      case 'pod':
        return podAnswer(name, type, labels.slice(1));
      default:
        return NO_NAME;
    }
  }

  /** The start of authority, for answers without records: how long they may be remembered. */
  authority(): Answer {
    return {
      type: 'SOA',
      name: this.domain,
      ttl: CLUSTER_TTL_S,
      data: {
        mname: `ns.dns.${this.domain}`,
        rname: `hostmaster.${this.domain}`,
        serial: 1,
        refresh: 7200,
        retry: 1800,
        expire: 86400,
        minimum: CLUSTER_TTL_S,
      },
    };
  }

  /** @param labels namespace, service and what stands before them, from the right */
  private below(name: string, type: string, labels: readonly string[]): ZoneAnswer {
    const [namespace, serviceName, ...rest] = labels;
    if (namespace === undefined) return NO_DATA;
    if (serviceName === undefined) return this.directory.hasNamespace(namespace) ? NO_DATA : NO_NAME;
    const service = this.directory.service(namespace, serviceName);
    if (!service) return NO_NAME;
    if (rest.length === 0) return this.serviceAnswer(service, name, type);
    if (rest[0]?.startsWith('_')) return this.portAnswer(service, name, type, rest);
    return rest.length === 1 ? endpointAnswer(service, name, type, rest[0] as string) : NO_NAME;
  }

  private serviceAnswer(service: DnsService, name: string, type: string): ZoneAnswer {
    if (service.externalName !== undefined) {
      const cname: StringAnswer = { type: 'CNAME', name, ttl: CLUSTER_TTL_S, data: service.externalName };
      const only = type === 'CNAME';
      return { kind: 'records', answers: [cname], additionals: [], ...(!only && { alias: service.externalName }) };
    }
    if (type === 'A') return records(addressesOf(service).map((ip) => address(name, ip)));
    if (type === 'SRV') return this.srvAnswer(service, name, service.ports);
    // A headless service without pods is no name at all, as CoreDNS has it.
    return service.clusterIP === undefined && service.endpoints.length === 0 ? NO_NAME : NO_DATA;
  }

  /** `_http._tcp.reviews.default.svc…` */
  private portAnswer(service: DnsService, name: string, type: string, rest: readonly string[]): ZoneAnswer {
    const [protocol, portName] = rest;
    if (rest.length > 2 || service.externalName !== undefined) return NO_NAME;
    const ports = service.ports.filter(
      (port) => `_${port.protocol}` === protocol && (portName === undefined || `_${port.name ?? ''}` === portName),
    );
    if (ports.length === 0) return NO_NAME;
    return type === 'SRV' && portName !== undefined ? this.srvAnswer(service, name, ports) : NO_DATA;
  }

  private srvAnswer(service: DnsService, name: string, ports: readonly DnsPort[]): ZoneAnswer {
    const base = `${service.name}.${service.namespace}.svc.${this.domain}`;
    const targets =
      service.clusterIP === undefined
        ? service.endpoints.map((endpoint) => ({ ip: endpoint.ip, target: `${labelOf(endpoint)}.${base}` }))
        : [{ ip: service.clusterIP, target: base }];
    const weight = Math.max(1, Math.floor(100 / Math.max(1, targets.length * ports.length)));
    const answers = ports.flatMap(({ port }) =>
      targets.map(({ target }): SrvAnswer => {
        return { type: 'SRV', name, ttl: CLUSTER_TTL_S, data: { priority: 0, weight, port, target } };
      }),
    );
    return records(
      answers,
      targets.map(({ ip, target }) => address(target, ip)),
    );
  }

  private reverse(name: string, type: string): ZoneAnswer | undefined {
    const ip = name.slice(0, -'.in-addr.arpa'.length).split('.').reverse().join('.');
    const owners = isIPv4(ip) ? this.namesAt(ip) : [];
    if (owners.length === 0) return undefined;
    if (type !== 'PTR') return NO_DATA;
    return records(owners.map((data) => ({ type: 'PTR', name, ttl: CLUSTER_TTL_S, data })));
  }

  /** A cluster IP is its service; an address of a pod is an endpoint of each service that it serves, as CoreDNS has it. */
  private namesAt(ip: string): string[] {
    const service = this.directory.serviceAt(ip);
    if (service) return [`${service.name}.${service.namespace}.svc.${this.domain}`];
    return this.directory
      .endpointsAt(ip)
      .map(({ namespace, service: name, endpoint }) => `${labelOf(endpoint)}.${name}.${namespace}.svc.${this.domain}`);
  }

  /** The zone itself. */
  private apex(name: string, type: string): ZoneAnswer {
    if (type === 'SOA') return records([this.authority()]);
    if (type === 'NS') return records([{ type, name, ttl: CLUSTER_TTL_S, data: `ns.dns.${this.domain}` }]);
    return NO_DATA;
  }
}

/** `web-0.web.default.svc…`, or `10-244-0-5.web…` for a pod without a host name of its own. */
function endpointAnswer(service: DnsService, name: string, type: string, label: string): ZoneAnswer {
  if (service.clusterIP !== undefined) return NO_NAME;
  const found = service.endpoints.filter((endpoint) => labelOf(endpoint) === label);
  if (found.length === 0) return NO_NAME;
  return type === 'A' ? records(found.map(({ ip }) => address(name, ip))) : NO_DATA;
}

/** Section 2.2 of the specification. */
function versionAnswer(name: string, type: string): ZoneAnswer {
  if (type !== 'TXT') return NO_DATA;
  return {
    kind: 'records',
    answers: [{ type, name, ttl: CLUSTER_TTL_S, data: SPECIFICATION_VERSION }],
    additionals: [],
  };
}

/** `10-244-0-5.default.pod…` is that address, whether a pod has it or not. */
function podAnswer(name: string, type: string, labels: readonly string[]): ZoneAnswer {
  const [namespace, label, ...rest] = labels;
  if (namespace === undefined || label === undefined) return NO_DATA;
  const ip = label.replaceAll('-', '.');
  if (rest.length > 0 || !isIPv4(ip)) return NO_NAME;
  return type === 'A' ? records([address(name, ip)]) : NO_DATA;
}

function addressesOf(service: DnsService): readonly string[] {
  return service.clusterIP === undefined ? service.endpoints.map(({ ip }) => ip) : [service.clusterIP];
}

function labelOf(endpoint: DnsEndpoint): string {
  return endpoint.hostname ?? endpoint.ip.replaceAll('.', '-');
}

function address(name: string, ip: string): StringAnswer {
  return { type: 'A', name, ttl: CLUSTER_TTL_S, data: ip };
}

function records(answers: Answer[], additionals: Answer[] = []): ZoneAnswer {
  return answers.length === 0 ? NO_NAME : { kind: 'records', answers, additionals };
}
