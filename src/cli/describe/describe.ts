import { type MeshSnapshot, meshOf } from '../../compiler/index.js';
import type { Mesh, Service } from '../../compiler/model/types.js';
import { matchesLabels } from '../../resources/labels/selector.js';
import type { KubeObject } from '../../resources/object.js';
import type { PodObject } from '../../resources/types.js';
import { CliError } from '../errors.js';
import type { Target } from '../proxy-config/target.js';
import { portLines } from './ports.js';
import { destinationRuleLines, exposureLines, routeLines, type Shorten } from './rules.js';

const LINE = '--------------------';
const SIDECAR = 'istio-proxy';

/** What the mesh does with a pod: its services, the rules that lead to it or past it, and how it is reached. @throws CliError */
export function describePod(snapshot: MeshSnapshot, { namespace, name }: Target, ownNamespace: string): string[] {
  const pod = find<PodObject>(snapshot.pods, 'pod', namespace, name);
  const mesh = meshOf(snapshot);
  const shorten = shortener(ownNamespace);
  const labels = pod.metadata.labels ?? {};
  const services = servicesOf(mesh, pod);
  return [
    `Pod: ${shorten({ namespace, name })}`,
    ...podLines(pod),
    ...(services.length === 0 ? [LINE, 'WARNING: No Kubernetes Services select pod'] : []),
    ...services.flatMap((service) => [
      LINE,
      ...serviceLines(snapshot, service, shorten),
      ...destinationRuleLines(mesh, service, labels, shorten),
      ...routeLines(mesh, service, labels, shorten),
      ...exposureLines(mesh, service, shorten),
    ]),
  ];
}

/** The same for a service. @throws CliError */
export function describeService(snapshot: MeshSnapshot, { namespace, name }: Target, ownNamespace: string): string[] {
  find(snapshot.services, 'service', namespace, name);
  const mesh = meshOf(snapshot);
  const shorten = shortener(ownNamespace);
  const service = [...mesh.services.values()].find(
    ({ origin }) => origin.kind === 'Service' && origin.namespace === namespace && origin.name === name,
  );
  if (service === undefined) throw new CliError('NOT_SEEN', `the mesh does not know the service ${namespace}/${name}`);
  const pods = (snapshot.pods as readonly PodObject[]).filter((pod) => servicesOf(mesh, pod).includes(service));
  return [
    ...serviceLines(snapshot, service, shorten),
    `   ${pods.length} pod(s)${pods.length > 0 ? `: ${pods.map(({ metadata }) => metadata.name).join(', ')}` : ''}`,
    ...destinationRuleLines(mesh, service, undefined, shorten),
    ...routeLines(mesh, service, undefined, shorten),
    ...exposureLines(mesh, service, shorten),
  ];
}

function podLines({ spec }: PodObject): string[] {
  const ports = (spec.containers ?? []).flatMap(({ name, ports: own = [] }) =>
    own.map(({ containerPort }) => `${containerPort} (${name})`),
  );
  const hasSidecar = (spec.containers ?? []).some(({ name }) => name === SIDECAR);
  return [
    `   Pod Ports: ${ports.length === 0 ? 'none declared' : ports.join(', ')}`,
    ...(hasSidecar ? [] : ['WARNING: the pod has no sidecar: rules for its callers hold, rules for its calls do not']),
  ];
}

function serviceLines(snapshot: MeshSnapshot, service: Service, shorten: Shorten): string[] {
  const object = snapshot.services.find(
    ({ metadata }) => metadata.name === service.name && metadata.namespace === service.namespace,
  );
  return [`Service: ${shorten(service)}`, ...portLines(service, object)];
}

function servicesOf(mesh: Mesh, { metadata }: PodObject): Service[] {
  return [...mesh.services.values()].filter(
    ({ selector, namespace }) =>
      selector !== undefined &&
      Object.keys(selector).length > 0 &&
      namespace === metadata.namespace &&
      matchesLabels(selector, metadata.labels ?? {}),
  );
}

function shortener(own: string): Shorten {
  return ({ namespace, name }) => (namespace === own ? name : `${name}.${namespace}`);
}

function find<T extends KubeObject>(objects: readonly KubeObject[], word: string, namespace: string, name: string): T {
  const found = objects.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  if (found) return found as T;
  throw new CliError(
    'NOT_FOUND',
    `${word}s "${name}" not found in the namespace ${namespace}`,
    `Give NAME.NAMESPACE, or --namespace.`,
  );
}
