import type { Service } from 'kubernetes-types/core/v1.js';
import type { MeshSnapshot } from '../snapshot.js';

/** What a conversion must know besides the object itself. */
export interface TranslateContext {
  readonly domain: string;
  /** The labels that select a service's pods; undefined where there is no such service. */
  selectorOf(namespace: string, name: string): Readonly<Record<string, string>> | undefined;
  /** The number of a service's named port. */
  portNumber(namespace: string, name: string, portName: string): number | undefined;
}

export function contextOf(snapshot: MeshSnapshot): TranslateContext {
  const services = new Map<string, Service>();
  for (const object of snapshot.services) {
    services.set(`${object.metadata.namespace}/${object.metadata.name}`, object as unknown as Service);
  }
  const find = (namespace: string, name: string) => services.get(`${namespace}/${name}`)?.spec;
  return {
    domain: snapshot.config.clusterDomain,
    selectorOf: (namespace, name) => find(namespace, name)?.selector,
    portNumber: (namespace, name, portName) =>
      find(namespace, name)?.ports?.find((port) => port.name === portName)?.port,
  };
}
