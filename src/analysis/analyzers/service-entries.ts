import type { ServiceEntry } from '../../resources/istio/serviceentry/types.js';
import type { Analyzer } from '../analyzer.js';
import { IST } from '../codes.js';
import { fullName, namespaceOf, type Subject } from '../subject.js';

const EVERYWHERE = '*';

export const serviceEntryAddresses: Analyzer = {
  name: 'serviceentry.Analyzer',
  description: 'Checks that TCP ports of ServiceEntries have addresses',
  types: [IST.ServiceEntryAddressesRequired],
  inputs: ['ServiceEntry'],
  analyze(world, report) {
    for (const subject of world.all<ServiceEntry>('ServiceEntry')) {
      const { addresses, ports = [] } = subject.object.spec;
      const allocated = (subject.object['status'] as { addresses?: unknown[] } | undefined)?.addresses;
      if (addresses !== undefined || allocated?.length) continue;
      for (const [i, { protocol = '' }] of ports.entries()) {
        if (protocol !== '' && protocol.toUpperCase() !== 'TCP') continue;
        report(IST.ServiceEntryAddressesRequired, subject, {
          field: `spec.ports[${i}]`,
          text: 'ServiceEntry addresses are required for this protocol.',
          fix: 'Add spec.addresses with the addresses at which programs call it, or say the protocol (HTTP, TLS) if it is not TCP.',
        });
      }
    }
  },
};

interface Claim {
  readonly subject: Subject<ServiceEntry>;
  readonly protocol: string;
  readonly index: number;
}

export const serviceEntryProtocols: Analyzer = {
  name: 'serviceentry.ConflictingServiceEntryProtocolAnalyzer',
  description: 'Checks that ServiceEntries of one host agree about the protocols of its ports',
  types: [IST.ConflictingServiceEntryProtocol],
  inputs: ['ServiceEntry'],
  analyze(world, report) {
    const claims = new Map<string, Claim[]>();
    for (const subject of world.all<ServiceEntry>('ServiceEntry')) {
      for (const key of keysOf(subject)) {
        const index = key.index;
        const protocol = (subject.object.spec.ports?.[index]?.protocol ?? '').toUpperCase();
        claims.set(key.key, [...(claims.get(key.key) ?? []), { subject, protocol, index }]);
      }
    }
    const reported = new Set<Subject>();
    for (const [key, own] of claims) {
      const [scope, host, port] = key.split(' ') as [string, string, string];
      const all = scope === EVERYWHERE ? own : [...own, ...(claims.get(`${EVERYWHERE} ${host} ${port}`) ?? [])];
      const protocols = [...new Set(all.map(({ protocol }) => protocol))].sort();
      if (protocols.length < 2) continue;
      const names = [...new Set(all.map(({ subject }) => fullName(subject)))].sort();
      for (const { subject, index } of all) {
        if (reported.has(subject)) continue;
        reported.add(subject);
        report(IST.ConflictingServiceEntryProtocol, subject, {
          field: `spec.ports[${index}].protocol`,
          text: `Multiple ServiceEntries (${names.join(', ')}) define the same host "${host}" and port ${port} with conflicting protocols (${protocols.join(', ')}).`,
          fix: 'Give the port one protocol in all of them, or merge them.',
        });
      }
    }
  },
};

/** `scope host port` of each port. */
function keysOf(subject: Subject<ServiceEntry>): { key: string; index: number }[] {
  const { hosts, ports = [], exportTo = [] } = subject.object.spec;
  const everywhere = exportTo.length === 0 || exportTo.includes(EVERYWHERE);
  const scopes = everywhere ? [EVERYWHERE] : exportTo.map((scope) => (scope === '.' ? namespaceOf(subject) : scope));
  return scopes.flatMap((scope) =>
    hosts.flatMap((host) => ports.map(({ number }, index) => ({ key: `${scope} ${host} ${number}`, index }))),
  );
}
