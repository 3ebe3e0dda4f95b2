import type { Gateway } from '../../resources/istio/gateway/types.js';
import { matchesLabels } from '../../resources/labels/selector.js';
import type { Analyzer } from '../analyzer.js';
import { IST } from '../codes.js';
import { fullName, namespaceOf, type Subject } from '../subject.js';
import type { World } from '../world.js';
import { describe } from './destination-rule-subsets.js';

interface Claim {
  readonly subject: Subject<Gateway>;
  readonly server: number;
  readonly host: string;
}

export const gatewayConflicts: Analyzer = {
  name: 'gateway.ConflictingGatewayAnalyzer',
  description: 'Checks that no two Gateways of the same pods claim one port and host',
  types: [IST.ConflictingGateways],
  inputs: ['Gateway'],
  analyze(world, report) {
    for (const claims of byPortAndHost(world).values()) {
      for (const { subject, server, host } of claims) {
        const others = claims.filter((other) => other.subject !== subject && samePods(world, subject, other.subject));
        if (others.length === 0) continue;
        const { port, hosts } = subject.object.spec.servers[server]!;
        const names = [...new Set(others.map((other) => fullName(other.subject)))].sort().join(',');
        report(IST.ConflictingGateways, subject, {
          field: `spec.servers[${server}].hosts[${hosts.findIndex((each) => hostOf(each, subject) === host)}]`,
          text: `Conflict with gateways ${names} (workload selector ${describe(subject.object.spec.selector ?? {})}, port ${port.number}, hosts ${hosts.join(',')}).`,
          fix: 'Give one of them another host or port, or merge them.',
        });
      }
    }
  },
};

function byPortAndHost(world: World): Map<string, Claim[]> {
  const claims = new Map<string, Claim[]>();
  for (const subject of world.all<Gateway>('Gateway')) {
    for (const [server, each] of subject.object.spec.servers.entries()) {
      const { bind = '' } = each as { bind?: string };
      for (const host of new Set(each.hosts.map((text) => hostOf(text, subject)))) {
        const key = `${each.port.number} ${bind} ${host}`;
        claims.set(key, [...(claims.get(key) ?? []), { subject, server, host }]);
      }
    }
  }
  return claims;
}

/** With the namespaces for which it is written: `shop/a.example.com` and `cart/a.example.com` do not meet. */
function hostOf(text: string, subject: Subject): string {
  const [scope, host] = text.includes('/') ? (text.split('/') as [string, string]) : ['*', text];
  return `${scope === '.' ? namespaceOf(subject) : scope}/${host.toLowerCase()}`;
}

/** Whether one pod can be selected by both. */
function samePods(world: World, left: Subject<Gateway>, right: Subject<Gateway>): boolean {
  const one = left.object.spec.selector ?? {};
  const other = right.object.spec.selector ?? {};
  if (matchesLabels(one, other) || matchesLabels(other, one)) return true;
  return world.workloads.has({ ...one, ...other }) && matchesLabels(one, { ...one, ...other });
}
