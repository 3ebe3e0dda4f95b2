import { resolveIstioService } from '../../compiler/hostname.js';
import type { IstioService } from '../../resources/istio/istio-service.js';
import type { World } from '../world.js';

/** What a kind of Istio 0.7 says of a service. */
export interface OlderReference {
  readonly service: IstioService;
  /** `spec.route[0].destination` */
  readonly field: string;
}

/** The whole host name of a service as Istio 0.7 names it. */
export function hostOf(world: World, service: IstioService, namespace: string): string {
  return resolveIstioService(service, namespace, world.options.domain);
}

/** Whether pods of the host have all of the labels; undefined where nobody can know. */
export function hasPods(world: World, host: string, labels: Readonly<Record<string, string>>): boolean | undefined {
  const [known] = world.hosts.all(host);
  if (known?.selector === undefined || !world.knowsPods(known.namespace)) return undefined;
  return world.workloads.has({ ...known.selector, ...labels }, known.namespace);
}
