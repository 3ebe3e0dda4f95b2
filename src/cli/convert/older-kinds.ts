import type { KubeObject } from '../../resources/object.js';

const OLDER_GROUP = 'config.istio.io';

export type OlderList = 'routeRules' | 'destinationPolicies' | 'egressRules' | 'ingresses';
const LISTS: Readonly<Record<string, OlderList>> = {
  RouteRule: 'routeRules',
  DestinationPolicy: 'destinationPolicies',
  EgressRule: 'egressRules',
  Ingress: 'ingresses',
};

/** The list of a snapshot for a kind that is converted. */
export function listOf({ apiVersion, kind }: KubeObject): OlderList | undefined {
  if (kind === 'Ingress') return 'ingresses';
  return apiVersion.startsWith(`${OLDER_GROUP}/`) ? LISTS[kind] : undefined;
}

/** Whether it is of a kind that today's Istio has not. An Ingress stays where it is of another class. */
export function isOlder({ apiVersion }: KubeObject): boolean {
  return apiVersion.startsWith(`${OLDER_GROUP}/`);
}

/** Whether it is of Mixer, whose kinds are not converted. */
export function isOfMixer(object: KubeObject): boolean {
  return isOlder(object) && LISTS[object.kind] === undefined;
}

/** `Kind/namespace/name` */
export function keyOf(object: KubeObject): string {
  return `${object.kind}/${object.metadata.namespace ?? 'default'}/${object.metadata.name}`;
}
