import type { DestinationRule } from '../../resources/istio/destinationrule/types.js';
import type { VirtualService } from '../../resources/istio/virtualservice/types.js';
import type { Analyzer, Report } from '../analyzer.js';
import { IST } from '../codes.js';
import type { Subject } from '../subject.js';

export const deprecation: Analyzer = {
  name: 'deprecation.DeprecationAnalyzer',
  description: 'Checks for deprecated fields',
  types: [IST.Deprecated],
  inputs: ['VirtualService', 'Sidecar'],
  analyze(world, report) {
    for (const subject of world.all<VirtualService>('VirtualService')) {
      for (const [i, { fault }] of (subject.object.spec.http ?? []).entries()) {
        if (!fault?.delay?.percent) continue;
        report(IST.Deprecated, subject, {
          field: `spec.http[${i}].fault.delay.percent`,
          text: 'Deprecated: HTTPRoute.fault.delay.percent is deprecated; use HTTPRoute.fault.delay.percentage',
          fix: `Write percentage: {value: ${fault.delay.percent}}.`,
        });
      }
    }
    for (const subject of world.all('Sidecar')) {
      const spec = subject.object['spec'] as { outboundTrafficPolicy?: { egressProxy?: unknown } } | undefined;
      if (!spec?.outboundTrafficPolicy?.egressProxy) continue;
      report(IST.Deprecated, subject, {
        field: 'spec.outboundTrafficPolicy.egressProxy',
        text: 'Deprecated: OutboundTrafficPolicy.EgressProxy ignored',
        fix: 'Remove it; a VirtualService can route to an egress gateway.',
      });
    }
  },
};

export const schemaWarnings: Analyzer = {
  name: 'schema.ValidationAnalyzer.DestinationRuleWarnings',
  description: 'Checks for fields of a DestinationRule that have a better spelling',
  types: [IST.SchemaWarning],
  inputs: ['DestinationRule'],
  analyze(world, report) {
    for (const subject of world.all<DestinationRule>('DestinationRule')) {
      const { trafficPolicy, subsets = [] } = subject.object.spec;
      checkPolicy(report, subject, trafficPolicy, 'spec.trafficPolicy');
      for (const [i, subset] of subsets.entries()) {
        checkPolicy(report, subject, subset.trafficPolicy, `spec.subsets[${i}].trafficPolicy`);
      }
    }
  },
};

function checkPolicy(
  report: Report,
  subject: Subject,
  policy: DestinationRule['spec']['trafficPolicy'],
  field: string,
): void {
  const errors = policy?.outlierDetection?.consecutiveErrors;
  if (!errors) return;
  report(IST.SchemaWarning, subject, {
    field: `${field}.outlierDetection.consecutiveErrors`,
    text: 'Schema validation warning: outlier detection consecutive errors is deprecated, use consecutiveGatewayErrors or consecutive5xxErrors instead',
    fix: `Write consecutive5xxErrors: ${errors}.`,
  });
}
