import { isIP } from 'node:net';
import type { DestinationRule, PortTrafficPolicy } from '../../resources/istio/destinationrule/types.js';
import type { EgressRule } from '../../resources/istio/egressrule/types.js';
import type { ServiceEntry, ServiceEntrySpec } from '../../resources/istio/serviceentry/types.js';
import type { ObjectMeta } from '../../resources/object.js';
import { convertedFrom } from '../origin.js';
import { namespaceOf } from '../snapshot.js';

/** What Istio 0.7 told apart for its filters is plain TCP today. */
const TCP_PROTOCOLS: ReadonlySet<string> = new Set(['tcp', 'mysql', 'redis']);
/** Called in plain HTTP; the sidecar speaks TLS to the server. */
const TLS_BY_SIDECAR = 'https';

/** An EgressRule as a ServiceEntry of the same name. */
export function convertEgressRule(rule: EgressRule): ServiceEntry {
  const service = rule.spec.destination.service ?? '';
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: metadataOf(rule),
    spec: { ...addressing(service, rule.metadata.name), ports: ports(rule), location: 'MESH_EXTERNAL' },
  };
}

/**
 * TLS towards the ports that an EgressRule calls https; undefined where there are none. The server's name is that of the request,
 * and its certificate must be for it: Istio 0.7 did not look.
 * @param others what is said of the host already: settings of a port inherit nothing, so that they repeat it
 */
export function convertEgressTls(rule: EgressRule, others: readonly DestinationRule[]): DestinationRule | undefined {
  const secured = rule.spec.ports.filter(({ protocol }) => protocol.toLowerCase() === TLS_BY_SIDECAR);
  if (secured.length === 0) return undefined;
  const host = (rule.spec.destination.service ?? '').toLowerCase();
  const tls = { mode: 'SIMPLE' as const };
  const known: PortTrafficPolicy =
    others.find(({ spec }) => spec.host === host && !spec.workloadSelector)?.spec.trafficPolicy ?? {};
  const portLevelSettings = secured.map(({ port }) => ({ port: { number: port }, ...known, tls }));
  const all = secured.length === rule.spec.ports.length;
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: metadataOf(rule),
    spec: { host, trafficPolicy: all ? { tls } : { portLevelSettings } },
  };
}

function metadataOf(rule: EgressRule): ObjectMeta {
  const { name, creationTimestamp } = rule.metadata;
  return {
    name,
    namespace: namespaceOf(rule),
    ...(creationTimestamp ? { creationTimestamp } : {}),
    annotations: convertedFrom([rule]),
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
    const name = todaysName(protocol.toLowerCase());
    return { number: port, protocol: name.toUpperCase(), name: `${name}-${port}` };
  });
}

function todaysName(protocol: string): string {
  if (TCP_PROTOCOLS.has(protocol)) return 'tcp';
  return protocol === TLS_BY_SIDECAR ? 'http' : protocol;
}
