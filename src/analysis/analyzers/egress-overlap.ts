import { hostCovers } from '../../compiler/hostname.js';
import type { EgressRule } from '../../resources/istio/egressrule/types.js';
import type { Analyzer } from '../analyzer.js';
import { TRY } from '../codes.js';
import type { KnownHost } from '../hosts.js';
import { fullName } from '../subject.js';

export const egressOverlap: Analyzer = {
  name: 'egressrule.OverlapAnalyzer',
  description: 'Checks that no two EgressRules are for one port of one host',
  types: [TRY.EgressRulesOverlap],
  inputs: ['EgressRule'],
  analyze(world, report) {
    for (const subject of world.all<EgressRule>('EgressRule')) {
      const host = (subject.object.spec.destination.service ?? '').toLowerCase();
      const others = world.hosts.all(host).filter((other) => other.subject !== subject && !isNarrower(other, host));
      for (const [i, { port }] of subject.object.spec.ports.entries()) {
        const other = others.find(({ ports }) => ports.some(({ number }) => number === port));
        if (other === undefined) continue;
        report(TRY.EgressRulesOverlap, subject, {
          field: `spec.ports[${i}]`,
          text: `${other.subject.object.kind} ${fullName(other.subject)} is for the port ${port} of ${other.host} too: only one of them applies`,
          fix: 'Remove the port from one of them, or merge them.',
        });
      }
    }
  },
};

/** `api.example.com` beside `*.example.com` is an exception that people write on purpose. */
function isNarrower(other: KnownHost, host: string): boolean {
  return other.host !== host && (hostCovers(other.host, host) || hostCovers(host, other.host));
}
