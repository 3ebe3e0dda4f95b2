import type { Clock } from '../../base/clock.js';
import { statuses } from '../../compiler/index.js';
import type {
  EndpointCount,
  MeshFacts,
  Overview,
  OverviewSource,
  PodFacts,
  ProxyFacts,
  RuleFacts,
  ServiceFacts,
} from '../../insight/console/overview.js';
import { summarizePod } from '../../resources/core/pod/status-summary.js';
import type { KubeObject } from '../../resources/object.js';
import type { EndpointsObject, PodObject, ServiceObject } from '../../resources/types.js';
import type { MeshConfigSource } from './mesh-config.js';
import type { ProxyStates } from './proxy-states.js';

export interface ConsoleDataOptions {
  readonly mesh: MeshFacts;
  readonly source: Pick<MeshConfigSource, 'current'>;
  readonly proxies: Pick<ProxyStates, 'all'>;
  readonly clock: Clock;
}

/** The console's view of the live mesh. */
export class ConsoleData implements OverviewSource {
  constructor(private readonly options: ConsoleDataOptions) {}

  overview(): Overview {
    const { mesh, source, proxies, clock } = this.options;
    const snapshot = source.current();
    const pods = snapshot.pods as readonly PodObject[];
    const podByKey = new Map(pods.map((pod) => [keyOf(pod), pod]));
    const endpoints = new Map((snapshot.endpoints as readonly EndpointsObject[]).map((each) => [keyOf(each), each]));
    const services = snapshot.services as readonly ServiceObject[];
    return {
      mesh,
      services: services.map((service) => serviceFacts(service, endpoints.get(keyOf(service)), podByKey)).sort(byName),
      pods: pods.map((pod) => podFacts(pod, clock.now())).sort(byName),
      rules: statuses(snapshot).map(ruleFacts).sort(byName),
      proxies: proxies
        .all()
        .map(proxyFacts)
        .sort(compareBy((proxy) => proxy.id)),
    };
  }
}

type PodByKey = ReadonlyMap<string, PodObject>;

function serviceFacts(service: ServiceObject, endpoints: EndpointsObject | undefined, pods: PodByKey): ServiceFacts {
  const { spec, metadata } = service;
  const addresses = addressesOf(endpoints);
  const versions = new Map<string, Address[]>();
  for (const address of addresses) {
    const version = pods.get(address.pod)?.metadata.labels?.['version'];
    if (version !== undefined) versions.set(version, [...(versions.get(version) ?? []), address]);
  }
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    clusterIp: spec.clusterIP ?? '',
    ports: (spec.ports ?? []).map(
      ({ name, port, protocol }) => `${name ? `${name} ` : ''}${port}/${protocol ?? 'TCP'}`,
    ),
    endpoints: countOf(addresses),
    versions: [...versions]
      .map(([name, own]) => ({ name, ...countOf(own) }))
      .sort(compareBy((version) => version.name)),
  };
}

interface Address {
  readonly ready: boolean;
  /** Key of the pod behind it; empty where there is none. */
  readonly pod: string;
}

/** Each address once: it stands in several subsets where its ports have different names or readiness. */
function addressesOf(endpoints: EndpointsObject | undefined): Address[] {
  const byIp = new Map<string, Address>();
  for (const { addresses = [], notReadyAddresses = [] } of endpoints?.subsets ?? []) {
    for (const { ip, targetRef } of [...addresses, ...notReadyAddresses]) {
      const pod = targetRef?.kind === 'Pod' ? `${targetRef.namespace}/${targetRef.name}` : '';
      const ready = addresses.some((each) => each.ip === ip) && byIp.get(ip)?.ready !== false;
      byIp.set(ip, { ready, pod });
    }
  }
  return [...byIp.values()];
}

function countOf(addresses: readonly Address[]): EndpointCount {
  return { ready: addresses.filter((address) => address.ready).length, total: addresses.length };
}

function podFacts(pod: PodObject, now_ms: number): PodFacts {
  return {
    namespace: pod.metadata.namespace ?? '',
    name: pod.metadata.name,
    ...summarizePod(pod, now_ms),
    node: pod.spec.nodeName ?? '',
    ip: pod.status?.podIP ?? '',
  };
}

function ruleFacts({ object, conditions }: ReturnType<typeof statuses>[number]): RuleFacts {
  return {
    ...object,
    conditions: conditions.map(({ type, status, reason, message }) => ({
      type,
      holds: status === 'True',
      reason,
      message,
    })),
  };
}

function proxyFacts({ id, types }: ReturnType<ProxyStates['all']>[number]): ProxyFacts {
  const states = [...types].map(([typeUrl, { rejection }]) => ({
    name: typeUrl.slice(typeUrl.lastIndexOf('.') + 1),
    accepted: rejection === undefined,
    ...(rejection && { message: rejection.message }),
  }));
  return { id, types: states.sort(compareBy((state) => state.name)) };
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function byName(a: Named, b: Named): number {
  return compare(a.namespace, b.namespace) || compare(a.kind ?? '', b.kind ?? '') || compare(a.name, b.name);
}

interface Named {
  readonly namespace: string;
  readonly name: string;
  readonly kind?: string;
}

function compareBy<T>(key: (value: T) => string): (a: T, b: T) => number {
  return (a, b) => compare(key(a), key(b));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
