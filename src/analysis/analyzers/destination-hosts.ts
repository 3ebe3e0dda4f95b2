import type { VirtualService } from '../../resources/istio/virtualservice/types.js';
import type { Analyzer, Report } from '../analyzer.js';
import { IST } from '../codes.js';
import { missingHostFix } from '../missing-host.js';
import { namespaceOf, type Subject } from '../subject.js';
import type { World } from '../world.js';
import { destinationsOf, type PlacedDestination } from './virtual-service-destinations.js';

export const destinationHosts: Analyzer = {
  name: 'virtualservice.DestinationHostAnalyzer',
  description: 'Checks that the hosts and ports to which VirtualServices route exist',
  types: [IST.ReferencedResourceNotFound, IST.VirtualServiceDestinationPortSelectorRequired],
  inputs: ['VirtualService'],
  analyze(world, report) {
    for (const subject of world.all<VirtualService>('VirtualService')) {
      for (const placed of destinationsOf(subject)) checkDestination(world, report, subject, placed);
    }
  },
};

/** The namespaces whose proxies have the routes: the own one, or those to which they are exported. */
function viewersOf(subject: Subject<VirtualService>): string[] {
  const { exportTo = [] } = subject.object.spec;
  if (exportTo.length === 0) return [namespaceOf(subject)];
  return exportTo.map((namespace) => (namespace === '.' ? namespaceOf(subject) : namespace));
}

function checkDestination(
  world: World,
  report: Report,
  subject: Subject<VirtualService>,
  { destination, field, isMirror }: PlacedDestination,
): void {
  const namespace = namespaceOf(subject);
  const host = world.hosts.resolve(destination.host, namespace);
  const known = viewersOf(subject)
    .map((viewer) => world.hosts.find(host, viewer))
    .find((found) => found !== undefined);
  if (known === undefined) {
    if (!world.knowsHost(host, namespace)) return;
    report(IST.ReferencedResourceNotFound, subject, {
      field: `${field}.host`,
      text: `Referenced ${isMirror ? 'mirror host' : 'host'} not found: "${destination.host}"`,
      fix: missingHostFix(world, host, viewersOf(subject).join(', ')),
    });
    return;
  }
  const numbers = known.ports.map(({ number }) => number);
  const wanted = destination.port?.number;
  if (wanted === undefined) {
    if (new Set(numbers).size <= 1) return;
    report(IST.VirtualServiceDestinationPortSelectorRequired, subject, {
      field: `${field}.host`,
      text: `This VirtualService routes to a service "${destination.host}" that exposes multiple ports [${numbers.join(' ')}]. Specifying a port in the destination is required to disambiguate.`,
      fix: `Add port: {number: ${numbers[0]}} to the destination, or the other one that is meant.`,
    });
  } else if (!numbers.includes(wanted)) {
    report(IST.ReferencedResourceNotFound, subject, {
      field: `${field}.port.number`,
      text: `Referenced host:port not found: "${destination.host}:${wanted}"`,
      fix: `Use a port that the service has: ${numbers.join(', ') || 'it has none'}.`,
    });
  }
}
