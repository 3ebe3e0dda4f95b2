import { isIP } from 'node:net';
import type { EgressRule } from '../../resources/istio/egressrule/types.js';
import type { ServiceEntry, ServiceEntrySpec } from '../../resources/istio/serviceentry/types.js';
import { convertedFrom } from '../origin.js';
import { namespaceOf } from '../snapshot.js';

/** What Istio 0.7 told apart for its filters is plain TCP today. */
const TCP_PROTOCOLS: ReadonlySet<string> = new Set(['tcp', 'mysql', 'redis']);

/** An EgressRule as a ServiceEntry of the same name. */
export function convertEgressRule(rule: EgressRule): ServiceEntry {
  const service = rule.spec.destination.service ?? '';
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: {
      name: rule.metadata.name,
      namespace: namespaceOf(rule),
      ...(rule.metadata.creationTimestamp ? { creationTimestamp: rule.metadata.creationTimestamp } : {}),
      annotations: convertedFrom([rule]),
    },
    spec: { ...addressing(service, rule.metadata.name), ports: ports(rule), location: 'MESH_EXTERNAL' },
  };
}

function addressing(service: string, name: string): Pick<ServiceEntrySpec, 'hosts' | 'addresses' | 'resolution'> {
  const address = service.split('/')[0] ?? '';
  // A ServiceEntry must have a host; for addresses nobody asks for it by that name.
  if (isIP(address) !== 0) return { hosts: [`${name}.egress.invalid`], addresses: [service], resolution: 'NONE' };
  return { hosts: [service.toLowerCase()], resolution: service.startsWith('*') ? 'NONE' : 'DNS' };
}

function ports(rule: EgressRule): NonNullable<ServiceEntrySpec['ports']> {
  return rule.spec.ports.map(({ port, protocol }) => {
    const name = TCP_PROTOCOLS.has(protocol.toLowerCase()) ? 'tcp' : protocol.toLowerCase();
    return { number: port, protocol: name.toUpperCase(), name: `${name}-${port}` };
  });
}
