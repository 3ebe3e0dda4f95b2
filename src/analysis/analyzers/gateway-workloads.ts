import type { ServiceSpec } from 'kubernetes-types/core/v1.js';
import type { Gateway } from '../../resources/istio/gateway/types.js';
import { matchesLabels } from '../../resources/labels/selector.js';
import type { Analyzer, Report } from '../analyzer.js';
import { IST } from '../codes.js';
import { namespaceOf, type Subject } from '../subject.js';
import type { Workload } from '../workloads.js';
import type { World } from '../world.js';
import { describe } from './destination-rule-subsets.js';

/** Gateways that Istio installs, and that a mesh has without any object: what selects them is right. */
const INSTALLED: readonly Readonly<Record<string, string>>[] = [
  { app: 'istio-ingressgateway', istio: 'ingressgateway' },
  { app: 'istio-egressgateway', istio: 'egressgateway' },
];

export const gatewayWorkloads: Analyzer = {
  name: 'gateway.IngressGatewayPortAnalyzer',
  description: 'Checks that the selectors of Gateways select pods, whose services have the Gateways’ ports',
  types: [IST.ReferencedResourceNotFound, IST.GatewayPortNotDefinedOnService],
  inputs: ['Gateway'],
  analyze(world, report) {
    for (const subject of world.all<Gateway>('Gateway')) {
      const { selector } = subject.object.spec;
      if (!selector) continue;
      const workloads = world.workloads.select(selector);
      const isInstalled = INSTALLED.some((labels) => matchesLabels(selector, labels));
      if (workloads.length > 0) checkPorts(world, report, subject, workloads);
      else if (!isInstalled && world.knowsPods(namespaceOf(subject))) reportSelector(report, subject, selector);
    }
  },
};

function reportSelector(report: Report, subject: Subject, selector: Readonly<Record<string, string>>): void {
  report(IST.ReferencedResourceNotFound, subject, {
    field: 'spec.selector',
    text: `Referenced selector not found: "${describe(selector)}"`,
    fix: 'Use the labels of a gateway that runs: istio: ingressgateway is the mesh’s own.',
  });
}

function checkPorts(world: World, report: Report, subject: Subject<Gateway>, workloads: readonly Workload[]): void {
  const services = world.all('Service').filter((service) => {
    const { selector } = (service.object['spec'] ?? {}) as ServiceSpec;
    return workloads.some(
      ({ namespace, labels }) => namespace === namespaceOf(service) && selector && matchesLabels(selector, labels),
    );
  });
  if (services.length === 0 && !workloads.some(({ namespace }) => world.knowsAll('Service', namespace))) return;
  const ports = new Set(services.flatMap(({ object }) => portsOf((object['spec'] ?? {}) as ServiceSpec)));
  for (const [i, { port }] of subject.object.spec.servers.entries()) {
    if (ports.has(port.number)) continue;
    report(IST.GatewayPortNotDefinedOnService, subject, {
      field: `spec.servers[${i}].port.number`,
      text: `The gateway is listening on a target port (port ${port.number}) that is not defined in the Service associated with its workload instances (Pod selector ${describe(subject.object.spec.selector ?? {})}). If you need to access the gateway port through the gateway Service, it will not be available.`,
      fix: `Add the port to the service of the gateway's pods, or use one that it has: ${[...ports].join(', ') || 'there is none'}.`,
    });
  }
}

function portsOf({ ports = [] }: ServiceSpec): number[] {
  return ports.flatMap(({ port, targetPort }) => [port, ...(typeof targetPort === 'number' ? [targetPort] : [])]);
}
