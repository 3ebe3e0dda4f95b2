import type { VirtualService } from '../../resources/istio/virtualservice/types.js';
import type { Analyzer } from '../analyzer.js';
import { IST } from '../codes.js';
import { fullName, namespaceOf, type Subject } from '../subject.js';
import type { World } from '../world.js';
import { destinationsOf } from './virtual-service-destinations.js';

export const ingressSubsets: Analyzer = {
  name: 'virtualservice.IngressSubsetAnalyzer',
  description: 'Checks that a gateway does not count on subsets that the sidecars alone choose',
  types: [IST.IngressRouteRulesNotAffected],
  inputs: ['VirtualService'],
  analyze(world, report) {
    const chosen = hostsWithSubsets(world);
    for (const subject of world.all<VirtualService>('VirtualService')) {
      if (!subject.object.spec.gateways?.length) continue;
      for (const { destination, field, isMirror } of destinationsOf(subject)) {
        if (destination.subset || isMirror || !field.startsWith('spec.http')) continue;
        const owners = chosen.get(world.hosts.resolve(destination.host, namespaceOf(subject))) ?? new Set();
        for (const owner of owners) {
          if (owner === subject) continue;
          report(IST.IngressRouteRulesNotAffected, subject, {
            field: `${field}.host`,
            text: `Subset in virtual service ${fullName(owner)} has no effect on ingress gateway ${fullName(subject)} requests`,
            fix: 'Route to the subsets here too: a gateway does not read the routes of the sidecars.',
          });
        }
      }
    }
  },
};

/** Hosts of which a VirtualService chooses the subsets itself, and those VirtualServices. */
function hostsWithSubsets(world: World): Map<string, Set<Subject>> {
  const owners = new Map<string, Set<Subject>>();
  for (const subject of world.all<VirtualService>('VirtualService')) {
    const own = (subject.object.spec.hosts ?? []).map((host) => world.hosts.resolve(host, namespaceOf(subject)));
    for (const { destination } of destinationsOf(subject)) {
      const host = world.hosts.resolve(destination.host, namespaceOf(subject));
      if (!destination.subset || !own.includes(host)) continue;
      owners.set(host, (owners.get(host) ?? new Set()).add(subject));
    }
  }
  return owners;
}
