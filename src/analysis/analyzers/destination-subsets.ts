import { nearestWord } from '../../apiserver/validation/suggestion.js';
import type { DestinationRule } from '../../resources/istio/destinationrule/types.js';
import type { VirtualService } from '../../resources/istio/virtualservice/types.js';
import type { Analyzer } from '../analyzer.js';
import { IST } from '../codes.js';
import { namespaceOf } from '../subject.js';
import type { World } from '../world.js';
import { destinationsOf } from './virtual-service-destinations.js';

export const destinationSubsets: Analyzer = {
  name: 'virtualservice.DestinationRuleAnalyzer',
  description: 'Checks that the subsets to which VirtualServices route are in a DestinationRule',
  types: [IST.ReferencedResourceNotFound],
  inputs: ['VirtualService'],
  analyze(world, report) {
    const subsets = subsetsByHost(world);
    for (const subject of world.all<VirtualService>('VirtualService')) {
      const namespace = namespaceOf(subject);
      for (const { destination, field, isMirror } of destinationsOf(subject)) {
        if (!destination.subset) continue;
        const host = world.hosts.resolve(destination.host, namespace);
        const known = subsets.get(host);
        if (known?.has(destination.subset)) continue;
        const owner = world.hosts.serviceOf(host)?.namespace ?? namespace;
        const knowsRules = [namespace, owner, world.options.rootNamespace].some((each) =>
          world.knowsAll('DestinationRule', each),
        );
        if (known === undefined && !knowsRules) continue;
        report(IST.ReferencedResourceNotFound, subject, {
          field: `${field}.subset`,
          text: `Referenced ${isMirror ? 'mirror' : 'host'}+subset in destinationrule not found: "${destination.host}+${destination.subset}"`,
          fix: fixFor(destination.subset, host, known),
        });
      }
    }
  },
};

function subsetsByHost(world: World): Map<string, Set<string>> {
  const byHost = new Map<string, Set<string>>();
  for (const subject of world.all<DestinationRule>('DestinationRule')) {
    const { host, subsets = [] } = subject.object.spec;
    const whole = world.hosts.resolve(host, namespaceOf(subject));
    const names = byHost.get(whole) ?? new Set<string>();
    byHost.set(whole, names);
    for (const { name } of subsets) names.add(name);
  }
  return byHost;
}

function fixFor(subset: string, host: string, known: ReadonlySet<string> | undefined): string {
  if (known === undefined) return `Create a DestinationRule for ${host} that has the subset ${subset}.`;
  const near = nearestWord(subset, known);
  const names = [...known].join(', ') || 'none';
  if (near !== undefined) return `Write ${near}, if that is meant; the DestinationRule has ${names}.`;
  return `Add the subset to the DestinationRule for ${host}, which has ${names}.`;
}
