import type { ServiceSpec } from 'kubernetes-types/core/v1.js';
import { hostCovers, resolveShortHost, serviceHostname } from '../compiler/hostname.js';
import { isVisible } from '../compiler/model/visibility.js';
import type { EgressRule } from '../resources/istio/egressrule/types.js';
import type { ServiceEntry } from '../resources/istio/serviceentry/types.js';
import { namespaceOf, type Subject } from './subject.js';

const EXPORT_TO_ANNOTATION = 'networking.istio.io/exportTo';

export interface HostPort {
  readonly number: number;
  readonly name: string;
  /** `UDP`, `HTTP`: a service's transport, or what a ServiceEntry says. */
  readonly protocol: string;
}

/** Something that can be called by a host name. */
export interface KnownHost {
  /** Whole, in lower case; may start with `*`. */
  readonly host: string;
  readonly namespace: string;
  readonly exportTo?: readonly string[];
  readonly ports: readonly HostPort[];
  /** Labels of its pods; absent where it has none of its own. */
  readonly selector?: Readonly<Record<string, string>>;
  readonly subject: Subject;
}

/** Every host name that the mesh knows. */
export class Hosts {
  private readonly exact = new Map<string, KnownHost[]>();
  private readonly wildcards: KnownHost[] = [];

  constructor(
    subjects: { services: readonly Subject[]; entries: readonly Subject[]; egress: readonly Subject[] },
    readonly domain: string,
  ) {
    const known = [
      ...subjects.services.map((subject) => ofService(subject, domain)),
      ...subjects.entries.flatMap(ofServiceEntry),
      ...subjects.egress.flatMap(ofEgressRule),
    ];
    for (const each of known) {
      if (each.host.startsWith('*')) this.wildcards.push(each);
      else this.exact.set(each.host, [...(this.exact.get(each.host) ?? []), each]);
    }
  }

  /** The whole name of a host in an object of a namespace. */
  resolve(host: string, namespace: string): string {
    return resolveShortHost(host, namespace, this.domain);
  }

  /** What has the host and is seen from the namespace; a host with `*` is known where anything that it covers is. */
  find(host: string, viewer: string): KnownHost | undefined {
    return this.all(host).find(({ exportTo, namespace }) => isVisible(exportTo, namespace, viewer));
  }

  /** The same, whoever may see it. */
  all(host: string): readonly KnownHost[] {
    if (host.startsWith('*')) {
      const exact = [...this.exact].filter(([known]) => hostCovers(host, known)).flatMap(([, found]) => found);
      return [
        ...exact,
        ...this.wildcards.filter((known) => hostCovers(host, known.host) || hostCovers(known.host, host)),
      ];
    }
    return this.exact.get(host) ?? this.wildcards.filter((known) => hostCovers(known.host, host));
  }

  /** Names near to a host, for a hint. */
  names(): Iterable<string> {
    return this.exact.keys();
  }

  /** The namespace and name of a service of the cluster; undefined for a host outside. */
  serviceOf(host: string): { name: string; namespace: string } | undefined {
    const suffix = `.svc.${this.domain}`;
    const [name, namespace, ...more] = host.endsWith(suffix) ? host.slice(0, -suffix.length).split('.') : [];
    return name && namespace && more.length === 0 ? { name, namespace } : undefined;
  }
}

function ofService(subject: Subject, domain: string): KnownHost {
  const { name, annotations } = subject.object.metadata;
  const spec = (subject.object['spec'] ?? {}) as ServiceSpec;
  const exportTo = annotations?.[EXPORT_TO_ANNOTATION]?.split(',').map((part) => part.trim());
  return {
    host: serviceHostname(name, namespaceOf(subject), domain),
    namespace: namespaceOf(subject),
    ...(exportTo ? { exportTo } : {}),
    ports: (spec.ports ?? []).map((port) => ({
      number: port.port,
      name: port.name ?? '',
      protocol: port.protocol ?? 'TCP',
    })),
    ...(spec.selector ? { selector: spec.selector } : {}),
    subject,
  };
}

function ofServiceEntry(subject: Subject): KnownHost[] {
  const { spec } = subject.object as ServiceEntry;
  return spec.hosts.map((host) => ({
    host: host.toLowerCase(),
    namespace: namespaceOf(subject),
    ...(spec.exportTo ? { exportTo: spec.exportTo } : {}),
    ports: (spec.ports ?? []).map(({ number, name, protocol }) => ({ number, name, protocol: protocol ?? '' })),
    subject,
  }));
}

function ofEgressRule(subject: Subject): KnownHost[] {
  const { destination, ports } = (subject.object as EgressRule).spec;
  const host = (destination.service ?? '').toLowerCase();
  const known = ports.map(({ port, protocol }) => ({ number: port, name: protocol, protocol }));
  return [{ host, namespace: namespaceOf(subject), ports: known, subject }];
}
