import type { Service as KubeService } from 'kubernetes-types/core/v1.js';
import type { ServiceEntry } from '../../resources/istio/serviceentry/types.js';
import type { WorkloadEntry } from '../../resources/istio/workloadentry/types.js';
import type { KubeObject } from '../../resources/object.js';
import { groupBy } from '../group-by.js';
import { byAge, keyOf } from '../ordering.js';
import { type MeshSnapshot, namespaceOf, type Problem } from '../snapshot.js';
import { type Aliases, resolveAliases } from './aliases.js';
import { serviceOfSlice } from './endpoints.js';
import { entryServices } from './entry-services.js';
import { kubeService } from './kube-services.js';
import type { Service, ServicePort, Workload } from './types.js';
import { entryInstances, podInstances, selected, type WorkloadInstance } from './workload-instances.js';

export interface Services {
  /** By host name, in order of creation: the first that has the name. */
  readonly services: ReadonlyMap<string, Service>;
  /** Others with a name, each in another namespace: there it holds. */
  readonly alternatives: ReadonlyMap<string, readonly Service[]>;
  readonly aliases: Aliases;
  /** What of an object does not hold, because another one has the host. */
  readonly conflicts: readonly Problem[];
}

/** Services of the API server and of ServiceEntries. Those with one name in one namespace add up their endpoints. */
export function buildServices(
  snapshot: MeshSnapshot,
  entries: readonly ServiceEntry[],
  workloads: ReadonlyMap<string, Workload>,
): Services {
  const instances = entryInstances(snapshot.workloadEntries as readonly WorkloadEntry[]);
  const registry = new Registry();
  for (const service of kubeServices(snapshot, workloads, instances)) registry.add(service);
  const pods = entries.some(({ spec }) => spec.workloadSelector) ? podInstances(snapshot.pods, workloads) : [];
  const all = [...pods, ...instances];
  for (const entry of entries.toSorted(byAge)) for (const service of entryServices(entry, all)) registry.add(service);
  registry.aliases = resolveAliases(registry.services);
  return registry;
}

function kubeServices(
  snapshot: MeshSnapshot,
  workloads: ReadonlyMap<string, Workload>,
  instances: readonly WorkloadInstance[],
): Service[] {
  const endpoints = new Map(snapshot.endpoints.map((object) => [keyOf(object), object]));
  const slices = groupBy(snapshot.endpointSlices, serviceOfSlice);
  return snapshot.services.toSorted(byAge).map((object) => {
    const key = keyOf(object);
    const sources = {
      endpoints: endpoints.get(key),
      slices: slices.get(key) ?? NONE,
      instances: instancesOf(object, instances),
    };
    return kubeService(object, sources, workloads, snapshot.config.clusterDomain);
  });
}

const NONE: readonly KubeObject[] = [];

function instancesOf(object: KubeObject, instances: readonly WorkloadInstance[]): readonly WorkloadInstance[] {
  const selector = (object as unknown as KubeService).spec?.selector;
  if (instances.length === 0 || !selector || Object.keys(selector).length === 0) return [];
  return selected(instances, namespaceOf(object), selector);
}

class Registry implements Services {
  readonly services = new Map<string, Service>();
  readonly alternatives = new Map<string, Service[]>();
  aliases: Aliases = new Map();
  readonly conflicts: Problem[] = [];

  add(service: Service): void {
    const { hostname, namespace } = service;
    const first = this.services.get(hostname);
    if (first === undefined) {
      this.services.set(hostname, service);
      return;
    }
    const others = this.alternatives.get(hostname) ?? [];
    const index = others.findIndex((other) => other.namespace === namespace);
    if (first.namespace === namespace) this.services.set(hostname, this.together(first, service));
    else if (index === -1) this.alternatives.set(hostname, [...others, service]);
    else this.alternatives.set(hostname, others.with(index, this.together(others[index]!, service)));
  }

  private together(first: Service, more: Service): Service {
    if (more.resolution === first.resolution && first.resolution !== 'original') return withMore(first, more);
    const { kind, namespace, name } = first.origin;
    const message = `${kind} ${namespace}/${name} came first and has the host ${more.hostname} too, found in another way: it alone applies`;
    this.conflicts.push({ object: more.origin, type: 'Accepted', reason: 'HostConflict', message });
    return first;
  }
}

/** What a ServiceEntry says of a service that is known already: more endpoints, more ports. */
function withMore(first: Service, more: Service): Service {
  const ports = new Map(first.ports.map((port): [number, ServicePort] => [port.number, port]));
  for (const port of more.ports) {
    const known = ports.get(port.number);
    // One name, looked up in turn, has one address at a time.
    if (known && first.resolution === 'dnsRoundRobin') continue;
    ports.set(port.number, known ? { ...known, endpoints: [...known.endpoints, ...port.endpoints] } : port);
  }
  return { ...first, ports: [...ports.values()], composite: true };
}
