import { isIPv4 } from 'node:net';
import { CLUSTER_DOMAIN, ClusterZone } from './cluster-zone.js';
import type { ServiceDirectory } from './service-directory.js';

/** Aliases that are followed. */
const ALIASES_MAX = 8;

/**
 * What a program in `namespace` reaches by `name` (`reviews`, `reviews.default`, `reviews.default.svc.cluster.local`), without asking
 * any server.
 * @returns the addresses; or the external name that it stands for; undefined: not a name of the mesh
 */
export function resolveName(
  name: string,
  namespace: string,
  directory: ServiceDirectory,
  domain = CLUSTER_DOMAIN,
): { readonly addresses: readonly string[] } | { readonly externalName: string } | undefined {
  const zone = new ClusterZone(directory, domain);
  for (const candidate of candidates(name.toLowerCase().replace(/\.$/, ''), namespace, domain)) {
    const found = follow(zone, candidate);
    if (found) return found;
  }
  return undefined;
}

/** The order of a pod's resolv.conf; a name with the last dot is complete, but so is every name of the zone in effect. */
function candidates(name: string, namespace: string, domain: string): string[] {
  const searches = [`${namespace}.svc.${domain}`, `svc.${domain}`, domain];
  return [...searches.map((search) => `${name}.${search}`), name];
}

function follow(zone: ClusterZone, first: string) {
  let name = first;
  for (let i = 0; i < ALIASES_MAX; i++) {
    const answer = zone.answer(name, 'A');
    if (answer?.kind !== 'records') return undefined;
    if (answer.alias === undefined) return { addresses: answer.answers.map(dataText).filter((data) => isIPv4(data)) };
    name = answer.alias.toLowerCase().replace(/\.$/, '');
    if (!zone.contains(name)) return { externalName: name };
  }
  return undefined;
}

function dataText(answer: object): string {
  return 'data' in answer && typeof answer.data === 'string' ? answer.data : '';
}
