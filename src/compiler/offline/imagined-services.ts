import type { Pod, Service, ServicePort } from 'kubernetes-types/core/v1.js';
import { matchesLabels } from '../../resources/labels/selector.js';
import type { KubeObject } from '../../resources/object.js';
import { keyOf } from '../ordering.js';
import { namespaceOf } from '../snapshot.js';
import type { ImaginedAddresses } from './imagined-pods.js';

/** Services with the addresses that an API server would have given them. */
export function addressedServices(services: readonly KubeObject[], addresses: ImaginedAddresses): KubeObject[] {
  return services.map((object) => {
    const spec = (object as unknown as Service).spec ?? {};
    if (spec.clusterIP || spec.type === 'ExternalName') return object;
    const clusterIP = addresses.next();
    return { ...object, spec: { ...spec, clusterIP, clusterIPs: [clusterIP] } };
  });
}

/** The Endpoints of services whose pods are among these; those that files say themselves stay. */
export function imaginedEndpoints(
  services: readonly KubeObject[],
  pods: readonly KubeObject[],
  written: readonly KubeObject[],
): KubeObject[] {
  const known = new Set(written.map(keyOf));
  return services
    .filter((object) => !known.has(keyOf(object)) && (object as unknown as Service).spec?.selector !== undefined)
    .map((object) => endpointsOf(object, pods));
}

function endpointsOf(object: KubeObject, pods: readonly KubeObject[]): KubeObject {
  const { spec } = object as unknown as Service;
  const namespace = namespaceOf(object);
  const selected = pods.filter(
    (pod) => namespaceOf(pod) === namespace && matchesLabels(spec?.selector, pod.metadata.labels ?? {}),
  );
  const subsets = selected.flatMap((pod) => {
    const ports = (spec?.ports ?? []).flatMap((port) => {
      const number = targetOf(port, pod);
      return number === undefined ? [] : [{ ...(port.name && { name: port.name }), port: number }];
    });
    const { podIP } = pod['status'] as { podIP: string };
    const targetRef = { kind: 'Pod', name: pod.metadata.name, namespace };
    return ports.length === 0 ? [] : [{ addresses: [{ ip: podIP, targetRef }], ports }];
  });
  return { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: object.metadata.name, namespace }, subsets };
}

/** Undefined where the pod has no port of the name. */
function targetOf({ port, targetPort = port }: ServicePort, pod: KubeObject): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  const containers = (pod as unknown as Pod).spec?.containers ?? [];
  return containers.flatMap(({ ports = [] }) => ports).find(({ name }) => name === targetPort)?.containerPort;
}
