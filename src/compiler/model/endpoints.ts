import type { Endpoints } from 'kubernetes-types/core/v1.js';
import type { KubeObject } from '../../resources/object.js';
import { keyOf } from '../ordering.js';
import { namespaceOf } from '../snapshot.js';
import type { Endpoint, Labels } from './types.js';

/** `namespace/name` of a pod -> its labels. */
export type PodLabels = Pick<ReadonlyMap<string, Labels>, 'get'>;

const NO_LABELS: Labels = {};

export function podLabelsOf(pods: readonly KubeObject[]): PodLabels {
  return new Map(pods.map((pod) => [keyOf(pod), pod.metadata.labels ?? NO_LABELS]));
}

/** The pods behind the ready endpoints of a service. */
export function podKeysOf(object: KubeObject): string[] {
  const subsets = (object as unknown as Endpoints).subsets ?? [];
  return subsets.flatMap(({ addresses = [] }) => addresses.map(({ targetRef }) => podKey(object, targetRef)));
}

function podKey(object: KubeObject, target: { namespace?: string; name?: string } | undefined): string {
  return `${target?.namespace ?? namespaceOf(object)}/${target?.name}`;
}

/** The ready endpoints of one port of a service, in the order of the Endpoints object. */
export function endpointsOf(
  object: KubeObject | undefined,
  portName: string | undefined,
  podLabels: PodLabels,
): readonly Endpoint[] {
  if (object === undefined) return [];
  return ((object as unknown as Endpoints).subsets ?? []).flatMap((subset) => {
    const port = subset.ports?.find(({ name }) => (name ?? '') === (portName ?? ''))?.port;
    if (port === undefined) return [];
    return (subset.addresses ?? []).map(({ ip, targetRef }) => ({
      address: ip,
      port,
      labels: podLabels.get(podKey(object, targetRef)) ?? NO_LABELS,
    }));
  });
}
