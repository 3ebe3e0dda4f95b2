import type { ServiceSpec } from 'kubernetes-types/core/v1.js';
import { mayBeHttp, protocolOf } from '../../compiler/model/protocol.js';
import type { RouteRule } from '../../resources/istio/routerule/types.js';
import type { Analyzer, Report } from '../analyzer.js';
import { TRY } from '../codes.js';
import { missingHostFix } from '../missing-host.js';
import { namespaceOf, type Subject } from '../subject.js';
import type { World } from '../world.js';
import { describe } from './destination-rule-subsets.js';
import { hasPods, hostOf, type OlderReference } from './older-hosts.js';

export const routeRuleReferences: Analyzer = {
  name: 'routerule.ReferenceAnalyzer',
  description: 'Checks that the services, callers and labels of RouteRules exist',
  types: [
    TRY.RouteRuleDestinationNotFound,
    TRY.LabelsWithoutPods,
    TRY.RouteRuleMatchesNothing,
    TRY.RouteRuleWithoutHttp,
  ],
  inputs: ['RouteRule'],
  analyze(world, report) {
    for (const subject of world.all<RouteRule>('RouteRule')) {
      for (const reference of referencesOf(subject)) checkDestination(world, report, subject, reference);
      checkSource(world, report, subject);
      checkProtocol(world, report, subject);
    }
  },
};

function referencesOf({ object }: Subject<RouteRule>): OlderReference[] {
  const { destination, route = [], mirror } = object.spec;
  return [
    { service: destination, field: 'spec.destination' },
    ...route.map((entry, i) => ({
      service: { ...(entry.destination ?? destination), labels: { ...entry.destination?.labels, ...entry.labels } },
      field: entry.destination ? `spec.route[${i}].destination` : `spec.route[${i}]`,
    })),
    ...(mirror ? [{ service: mirror, field: 'spec.mirror' }] : []),
  ];
}

function checkDestination(
  world: World,
  report: Report,
  subject: Subject<RouteRule>,
  { service, field }: OlderReference,
): void {
  const namespace = namespaceOf(subject);
  const host = hostOf(world, service, namespace);
  if (world.hosts.all(host).length === 0) {
    const isOwn = field === 'spec.destination' || field.endsWith('.destination') || field === 'spec.mirror';
    if (!isOwn || !world.knowsHost(host, namespace)) return;
    report(TRY.RouteRuleDestinationNotFound, subject, {
      field,
      text: `No service ${host} exists${field === 'spec.destination' ? ': the rule is for no request' : '; requests routed to it get 503'}`,
      fix: missingHostFix(world, host, namespace),
    });
    return;
  }
  const labels = service.labels ?? {};
  if (Object.keys(labels).length === 0 || hasPods(world, host, labels) !== false) return;
  report(TRY.LabelsWithoutPods, subject, {
    field: field.endsWith('.destination') || field === 'spec.mirror' ? field : `${field}.labels`,
    text: `No pod of ${host} has the labels ${describe(labels)}; requests routed to them get 503`,
    fix: 'Deploy pods with these labels first, or correct the labels.',
  });
}

function checkSource(world: World, report: Report, subject: Subject<RouteRule>): void {
  const source = subject.object.spec.match?.source;
  if (source === undefined) return;
  const namespace = namespaceOf(subject);
  const host = hostOf(world, source, namespace);
  const labels = source.labels ?? {};
  const exists = world.hosts.all(host).length > 0;
  if (!exists) {
    if (!world.knowsHost(host, namespace)) return;
    report(TRY.RouteRuleMatchesNothing, subject, {
      field: 'spec.match.source',
      text: `Never applies: its callers are the pods of the service ${host}, which does not exist`,
      fix: missingHostFix(world, host, namespace),
    });
  } else if (hasPods(world, host, labels) === false) {
    report(TRY.RouteRuleMatchesNothing, subject, {
      field: 'spec.match.source',
      text: `Never applies: no pod of the service ${host}${Object.keys(labels).length > 0 ? ` has the labels ${describe(labels)}` : ' exists'}`,
      fix: 'Correct the source, or deploy the callers.',
    });
  }
}

/** In Istio 0.7 the name of a port alone said that it carries HTTP; here what says nothing is sniffed. */
function checkProtocol(world: World, report: Report, subject: Subject<RouteRule>): void {
  const { spec } = subject.object;
  const [known] = world.hosts.all(hostOf(world, spec.destination, namespaceOf(subject)));
  if (known?.subject.object.kind !== 'Service' || known.ports.length === 0) return;
  const { ports = [] } = known.subject.object['spec'] as ServiceSpec;
  const protocols = ports.map(({ name, appProtocol, port }) => protocolOf(name, appProtocol, port));
  if (protocols.some((protocol) => protocol !== 'auto' && mayBeHttp(protocol))) return;
  const names = ports.map(({ name }) => name ?? '(no name)').join(', ');
  const none = `no port of the service ${known.host} is named as one that carries HTTP (${names})`;
  const isSniffed = protocols.includes('auto');
  report(TRY.RouteRuleWithoutHttp, subject, {
    field: 'spec.destination',
    ...(isSniffed ? { level: 'Info' } : {}),
    text: isSniffed
      ? `Applies only to connections that turn out to be HTTP, and in Istio 0.7 to none: ${none}`
      : `Never applies: ${none}`,
    fix: 'Name the port of the Service http, or http-SUFFIX; grpc and http2 do too.',
  });
}
