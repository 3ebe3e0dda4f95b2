import type { Mesh, Service } from './types.js';
import { isVisible } from './visibility.js';

/** The services that are exported to a namespace, in order. */
export function servicesSeenFrom(mesh: Mesh, namespace: string): Service[] {
  return [...mesh.services.values()].flatMap((service) => serviceFor(mesh, namespace, service) ?? []);
}

/** Of several with one name, that of the viewer's namespace before the others. */
function serviceFor({ alternatives }: Mesh, viewer: string, first: Service): Service | undefined {
  const all = [first, ...(alternatives.get(first.hostname) ?? [])];
  const visible = all.filter(({ exportTo, namespace }) => isVisible(exportTo, namespace, viewer));
  return visible.find(({ namespace }) => namespace === viewer) ?? visible[0];
}
