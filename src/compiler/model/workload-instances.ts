import { isIP } from 'node:net';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { WorkloadEndpoint } from '../../resources/istio/serviceentry/types.js';
import type { WorkloadEntry } from '../../resources/istio/workloadentry/types.js';
import { matchesLabels } from '../../resources/labels/selector.js';
import type { KubeObject } from '../../resources/object.js';
import { memo } from '../memo.js';
import { compareText, keyOf } from '../ordering.js';
import { namespaceOf } from '../snapshot.js';
import { type Locality, localityOfLabels, NETWORK_LABEL, parseLocality } from './locality.js';
import type { Endpoint, Labels, Workload } from './types.js';

/** Something that a selector may choose to serve: a pod that is ready, a WorkloadEntry, or an endpoint of a ServiceEntry. */
export interface WorkloadInstance {
  readonly namespace: string;
  /** IP address, or a host to look up. */
  readonly address: string;
  readonly labels: Labels;
  /** Name of a service's port -> its port here. */
  readonly ports: Readonly<Record<string, number>>;
  readonly weight?: number;
  readonly locality?: Locality;
  readonly node?: string;
  readonly network?: string;
}

/** Of an endpoint as ServiceEntry and WorkloadEntry write it. */
export function instanceOf(endpoint: WorkloadEndpoint, namespace: string, labels = endpoint.labels): WorkloadInstance {
  const { address = '', ports = {}, weight } = endpoint;
  const locality = parseLocality(endpoint.locality ?? '') ?? localityOfLabels(labels ?? {});
  const network = endpoint.network ?? labels?.[NETWORK_LABEL];
  return {
    ...{ namespace, address, ports },
    labels: labels ?? {},
    ...(weight ? { weight } : {}),
    ...(locality ? { locality } : {}),
    ...(network ? { network } : {}),
  };
}

const entries = new WeakMap<KubeObject, WorkloadInstance>();

/** Its own labels, and those of its metadata, which go before. */
function entryInstance(entry: WorkloadEntry): WorkloadInstance {
  return memo(entries, entry, () =>
    instanceOf(entry.spec, namespaceOf(entry), { ...entry.spec.labels, ...entry.metadata.labels }),
  );
}

/** WorkloadEntries of each namespace, by name. */
export function entryInstances(objects: readonly WorkloadEntry[]): readonly WorkloadInstance[] {
  return objects
    .toSorted((left, right) => compareText(keyOf(left), keyOf(right)))
    .filter(({ spec }) => spec.address)
    .map(entryInstance);
}

/** Pods that are ready, in order of name. */
export function podInstances(
  pods: readonly KubeObject[],
  workloads: ReadonlyMap<string, Workload>,
): readonly WorkloadInstance[] {
  return pods
    .filter(isReady)
    .toSorted((left, right) => compareText(keyOf(left), keyOf(right)))
    .map((pod) => {
      const { labels = {}, locality, node } = workloads.get(keyOf(pod)) ?? {};
      return {
        namespace: namespaceOf(pod),
        address: (pod as unknown as Pod).status?.podIP ?? '',
        ports: {},
        labels,
        ...(locality ? { locality } : {}),
        ...(node ? { node } : {}),
      };
    });
}

function isReady(object: KubeObject): boolean {
  const { status } = object as unknown as Pod;
  if (!status?.podIP || object.metadata.deletionTimestamp) return false;
  return status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

/** Those of a namespace that have all the labels. */
export function selected(
  instances: readonly WorkloadInstance[],
  namespace: string,
  labels: Labels,
): readonly WorkloadInstance[] {
  return instances.filter((instance) => instance.namespace === namespace && matchesLabels(labels, instance.labels));
}

export function hasAddress({ address }: WorkloadInstance): boolean {
  return isIP(address) !== 0;
}

export function endpointOf({ namespace: _, ports: __, ...rest }: WorkloadInstance, port: number): Endpoint {
  return { ...rest, port };
}
