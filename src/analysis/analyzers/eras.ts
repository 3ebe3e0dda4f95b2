import type { DestinationPolicy } from '../../resources/istio/destinationpolicy/types.js';
import type { DestinationRule } from '../../resources/istio/destinationrule/types.js';
import type { RouteRule } from '../../resources/istio/routerule/types.js';
import type { VirtualService } from '../../resources/istio/virtualservice/types.js';
import type { Analyzer, Report } from '../analyzer.js';
import { TRY } from '../codes.js';
import { fullName, namespaceOf, type Subject } from '../subject.js';
import type { World } from '../world.js';
import { hostOf } from './older-hosts.js';

export const eras: Analyzer = {
  name: 'routerule.EraAnalyzer',
  description: 'Checks that no host has rules of Istio 0.7 and of today',
  types: [TRY.ErasMixed],
  inputs: ['RouteRule', 'DestinationPolicy'],
  analyze(world, report) {
    const services = ownersOf(world, virtualServiceHosts(world));
    const rules = ownersOf(world, destinationRuleHosts(world));
    for (const subject of world.all<RouteRule>('RouteRule')) check(world, report, subject, services);
    for (const subject of world.all<DestinationPolicy>('DestinationPolicy')) check(world, report, subject, rules);
  },
};

type Owned = readonly [host: string, owner: Subject];

function virtualServiceHosts(world: World): Owned[] {
  return world
    .all<VirtualService>('VirtualService')
    .filter(({ object }) => !object.spec.gateways?.length || object.spec.gateways.includes('mesh'))
    .flatMap((subject) => (subject.object.spec.hosts ?? []).map((host): Owned => [host, subject]));
}

function destinationRuleHosts(world: World): Owned[] {
  return world.all<DestinationRule>('DestinationRule').map((subject): Owned => [subject.object.spec.host, subject]);
}

function ownersOf(world: World, owned: readonly Owned[]): Map<string, Subject> {
  return new Map(owned.map(([host, owner]) => [world.hosts.resolve(host, namespaceOf(owner)), owner]));
}

function check(
  world: World,
  report: Report,
  subject: Subject<RouteRule | DestinationPolicy>,
  owners: ReadonlyMap<string, Subject>,
): void {
  const host = hostOf(world, subject.object.spec.destination, namespaceOf(subject));
  const owner = owners.get(host);
  if (owner === undefined) return;
  report(TRY.ErasMixed, subject, {
    field: 'spec.destination',
    text: `${owner.object.kind} ${fullName(owner)} is for ${host} too: what one of them says is not done`,
    fix: `Write both in one era: trysail convert prints this ${subject.object.kind} as a ${owner.object.kind}.`,
  });
}
