import type { VirtualService } from '../../resources/istio/virtualservice/types.js';
import type { Analyzer } from '../analyzer.js';
import { IST } from '../codes.js';
import { fullName, namespaceOf, type Subject } from '../subject.js';
import type { World } from '../world.js';

const EVERYWHERE = '*';

export const meshGatewayHosts: Analyzer = {
  name: 'virtualservice.ConflictingMeshGatewayHostsAnalyzer',
  description: 'Checks that no two VirtualServices claim one host for the sidecars',
  types: [IST.ConflictingMeshGatewayVirtualServiceHosts],
  inputs: ['VirtualService'],
  analyze(world, report) {
    const reported = new Set<Subject>();
    for (const { host, scope, owners } of claims(world)) {
      if (owners.length < 2) continue;
      const names = owners.map(fullName).sort().join(',');
      for (const subject of owners) {
        if (reported.has(subject)) continue;
        reported.add(subject);
        report(IST.ConflictingMeshGatewayVirtualServiceHosts, subject, {
          field: hostField(world, subject, host),
          text: `The VirtualServices ${names} associated with mesh gateway define the same host ${scope}/${host} which can lead to undefined behavior. This can be fixed by merging the conflicting VirtualServices into a single resource.`,
          fix: 'Merge them into one, or give them different exportTo; here the oldest applies.',
        });
      }
    }
  },
};

interface Claim {
  readonly host: string;
  readonly scope: string;
  readonly owners: readonly Subject<VirtualService>[];
}

/** Each host with those that claim it for a namespace, or for all. */
function claims(world: World): Claim[] {
  const byHost = new Map<string, Map<string, Subject<VirtualService>[]>>();
  for (const subject of world.all<VirtualService>('VirtualService')) {
    const { gateways, hosts = [] } = subject.object.spec;
    if (gateways?.length && !gateways.includes('mesh')) continue;
    for (const host of new Set(hosts.map((each) => world.hosts.resolve(each, namespaceOf(subject))))) {
      const scopes = byHost.get(host) ?? new Map<string, Subject<VirtualService>[]>();
      byHost.set(host, scopes);
      for (const scope of scopesOf(subject)) scopes.set(scope, [...(scopes.get(scope) ?? []), subject]);
    }
  }
  return [...byHost].flatMap(([host, scopes]) =>
    [...scopes].map(([scope, owners]) => ({
      host,
      scope,
      owners: scope === EVERYWHERE ? owners : [...owners, ...(scopes.get(EVERYWHERE) ?? [])],
    })),
  );
}

function scopesOf(subject: Subject<VirtualService>): Set<string> {
  const { exportTo = [] } = subject.object.spec;
  if (exportTo.length === 0 || exportTo.includes(EVERYWHERE)) return new Set([EVERYWHERE]);
  return new Set(exportTo.map((scope) => (scope === '.' ? namespaceOf(subject) : scope)));
}

function hostField(world: World, subject: Subject<VirtualService>, host: string): string {
  const index = (subject.object.spec.hosts ?? []).findIndex(
    (each) => world.hosts.resolve(each, namespaceOf(subject)) === host,
  );
  return `spec.hosts[${index}]`;
}
