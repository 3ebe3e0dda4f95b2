import type { ServiceSpec } from 'kubernetes-types/core/v1.js';
import { INJECT_KEY, NAMESPACE_LABEL, SIDECAR_CONTAINER_NAME } from '../../resources/injection/sidecar.js';
import { matchesLabels } from '../../resources/labels/selector.js';
import type { Analyzer, Report } from '../analyzer.js';
import { IST } from '../codes.js';
import { fullName, namespaceOf, type Subject } from '../subject.js';
import { toWorkload, type Workload } from '../workloads.js';
import type { World } from '../world.js';

interface NamedPort {
  readonly service: string;
  readonly port: number;
  readonly protocol: string;
  readonly target: string;
}

export const deploymentServices: Analyzer = {
  name: 'deployment.MultiServiceAnalyzer',
  description: 'Checks that the services of a Deployment agree about its ports',
  types: [IST.DeploymentAssociatedToMultipleServices, IST.DeploymentConflictingPorts],
  inputs: ['Deployment', 'Service'],
  analyze(world, report) {
    for (const subject of world.all('Deployment')) {
      const workload = toWorkload(subject)!;
      if (!isInMesh(world, workload)) continue;
      const ports = portsOf(world, workload);
      checkProtocols(report, subject, ports);
      checkTargets(report, subject, ports);
    }
  },
};

function checkProtocols(report: Report, subject: Subject, ports: readonly NamedPort[]): void {
  for (const number of new Set(ports.map(({ port }) => port))) {
    const same = ports.filter(({ port }) => port === number);
    if (new Set(same.map(({ protocol }) => protocol)).size < 2) continue;
    report(IST.DeploymentAssociatedToMultipleServices, subject, {
      field: 'metadata.name',
      text: `This deployment ${subject.object.metadata.name} is associated with multiple services using port ${number} but different protocols: [${namesOf(same).join(' ')}]`,
      fix: 'Give the port one protocol in all of these services.',
    });
  }
}

function checkTargets(report: Report, subject: Subject, ports: readonly NamedPort[]): void {
  for (const target of new Set(ports.map((port) => port.target))) {
    const same = ports.filter((port) => port.target === target);
    const numbers = [...new Set(same.map(({ port }) => port))].sort((left, right) => left - right);
    if (numbers.length < 2) continue;
    report(IST.DeploymentConflictingPorts, subject, {
      field: 'metadata.name',
      text: `This deployment ${subject.object.metadata.name} is associated with multiple services [${namesOf(same).join(' ')}] using targetPort "${target}" but different ports: [${numbers.join(' ')}].`,
      fix: 'Let these services use one port number for the target port.',
    });
  }
}

function namesOf(ports: readonly NamedPort[]): string[] {
  return [...new Set(ports.map(({ service }) => service))].sort();
}

function portsOf(world: World, { namespace, labels }: Workload): NamedPort[] {
  return world.all('Service').flatMap((subject) => {
    const { selector, ports = [] } = (subject.object['spec'] ?? {}) as ServiceSpec;
    if (namespaceOf(subject) !== namespace || !selector || Object.keys(selector).length === 0) return [];
    if (!matchesLabels(selector, labels)) return [];
    return ports.map(({ port, protocol = 'TCP', targetPort }) => ({
      service: fullName(subject),
      port,
      protocol,
      target: String(targetPort || port),
    }));
  });
}

/** Whether its pods have or get a sidecar. */
function isInMesh(world: World, { namespace, labels, spec, subject }: Workload): boolean {
  if (spec.containers.some(({ name }) => name === SIDECAR_CONTAINER_NAME)) return true;
  const { template } = (subject.object['spec'] ?? {}) as {
    template?: { metadata?: { annotations?: Record<string, string> } };
  };
  const said = labels[INJECT_KEY] ?? template?.metadata?.annotations?.[INJECT_KEY];
  if (said !== undefined) return said === 'true';
  return world.find('Namespace', '', namespace)?.object.metadata.labels?.[NAMESPACE_LABEL] === 'enabled';
}
