import type { ServiceEntry, ServiceEntrySpec } from '../../resources/istio/serviceentry/types.js';
import { originsOf } from '../origin.js';
import { namespaceOf } from '../snapshot.js';
import { protocolOf } from './protocol.js';
import type { Endpoint, Service, ServicePort } from './types.js';
import { endpointOf, hasAddress, instanceOf, selected, type WorkloadInstance } from './workload-instances.js';

const DISTRIBUTION_ANNOTATION = 'networking.istio.io/traffic-distribution';

const RESOLUTIONS: Readonly<Record<string, Service['resolution']>> = {
  NONE: 'original',
  STATIC: 'endpoints',
  DNS: 'dns',
  DNS_ROUND_ROBIN: 'dnsRoundRobin',
};

type EntryPort = NonNullable<ServiceEntrySpec['ports']>[number];

/**
 * A service for each host of a ServiceEntry.
 * @param instances what its workloadSelector may choose from
 */
export function entryServices(entry: ServiceEntry, instances: readonly WorkloadInstance[]): Service[] {
  const { spec } = entry;
  const resolution = RESOLUTIONS[spec.resolution ?? 'NONE'] ?? 'original';
  const distribution = entry.metadata.annotations?.[DISTRIBUTION_ANNOTATION];
  const behind = resolution === 'original' ? [] : instancesOf(entry, instances, resolution === 'endpoints');
  const looksUpHost = resolution.startsWith('dns') && !spec.endpoints?.length && !spec.workloadSelector;
  return spec.hosts.map((text) => {
    const hostname = text.toLowerCase();
    const own = looksUpHost ? [instanceOf({ address: hostname }, namespaceOf(entry))] : behind;
    return {
      hostname,
      name: entry.metadata.name,
      namespace: namespaceOf(entry),
      origin: originsOf(entry)[0]!,
      addresses: addressesOf(entry),
      resolution,
      ports: (spec.ports ?? []).map((port) => toPort(port, own, resolution === 'original')),
      ...(spec.workloadSelector ? { selector: spec.workloadSelector.labels ?? {} } : {}),
      ...(spec.exportTo?.length ? { exportTo: spec.exportTo } : {}),
      ...(spec.subjectAltNames?.length ? { subjectAltNames: spec.subjectAltNames } : {}),
      ...(distribution ? { trafficDistribution: distribution } : {}),
    };
  });
}

/** A network of one address is that address. */
function addressesOf({ spec }: ServiceEntry): readonly string[] {
  return (spec.addresses ?? []).map((text) => text.replace(text.includes(':') ? /\/128$/ : /\/32$/, ''));
}

function instancesOf(
  entry: ServiceEntry,
  instances: readonly WorkloadInstance[],
  addressesOnly: boolean,
): readonly WorkloadInstance[] {
  const { spec } = entry;
  const namespace = namespaceOf(entry);
  const all = spec.workloadSelector
    ? selected(instances, namespace, spec.workloadSelector.labels ?? {})
    : (spec.endpoints ?? []).map((endpoint) => instanceOf(endpoint, namespace));
  return addressesOnly ? all.filter(hasAddress) : all;
}

function toPort(port: EntryPort, instances: readonly WorkloadInstance[], passesThrough: boolean): ServicePort {
  const target = port.targetPort || port.number;
  return {
    number: port.number,
    name: port.name,
    protocol: protocolOf(port.protocol || port.name, undefined, port.number),
    // Which port a workload's own sidecar takes connections on.
    ...(port.targetPort ? { targetPort: port.targetPort } : {}),
    ...(passesThrough && port.targetPort ? { passthroughPort: port.targetPort } : {}),
    endpoints: instances.map((instance): Endpoint => endpointOf(instance, instance.ports[port.name] ?? target)),
  };
}
