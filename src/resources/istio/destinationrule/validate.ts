import type { FieldError } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { FieldErrors } from '../checks.js';
import { checkExportTo } from '../references.js';
import { unsupportedFieldErrors } from '../unsupported.js';
import type {
  ConnectionPool,
  DestinationRule,
  DestinationRuleSpec,
  OutlierDetection,
  PortTrafficPolicy,
  Subset,
  TrafficPolicy,
} from './types.js';

export function validateDestinationRule(object: KubeObject): FieldError[] {
  const errors = new FieldErrors();
  const spec = (object as DestinationRule).spec as DestinationRuleSpec | undefined;
  if (!spec?.host) {
    errors.required('spec.host', 'the service that the rule is for, for example reviews');
    return errors.list;
  }
  errors.host('spec.host', spec.host, true);
  checkExportTo(errors, spec.exportTo);
  if (spec.trafficPolicy) checkTrafficPolicy(errors, 'spec.trafficPolicy', spec.trafficPolicy);
  checkSubsets(errors, spec.subsets ?? []);
  return [...errors.list, ...unsupportedFieldErrors(object)];
}

function checkSubsets(errors: FieldErrors, subsets: readonly Subset[]): void {
  const seen = new Set<string>();
  subsets.forEach(({ name, trafficPolicy }, index) => {
    const field = `spec.subsets[${index}]`;
    if (!name) errors.required(`${field}.name`, 'the name by which routes choose the subset');
    else errors.dnsLabel(`${field}.name`, name);
    if (seen.has(name)) errors.duplicate(`${field}.name`, name);
    seen.add(name);
    if (trafficPolicy) checkTrafficPolicy(errors, `${field}.trafficPolicy`, trafficPolicy);
  });
}

function checkTrafficPolicy(errors: FieldErrors, field: string, policy: TrafficPolicy): void {
  checkPortPolicy(errors, field, policy);
  const seen = new Set<number>();
  (policy.portLevelSettings ?? []).forEach((settings, index) => {
    const at = `${field}.portLevelSettings[${index}]`;
    const number = settings.port?.number;
    if (number === undefined) errors.required(`${at}.port.number`, 'the port of the service');
    else if (seen.has(number)) errors.duplicate(`${at}.port.number`, number);
    else seen.add(number);
    checkPortPolicy(errors, at, settings);
  });
}

function checkPortPolicy(errors: FieldErrors, field: string, policy: PortTrafficPolicy): void {
  if (policy.connectionPool) checkConnectionPool(errors, `${field}.connectionPool`, policy.connectionPool);
  if (policy.outlierDetection) checkOutlierDetection(errors, `${field}.outlierDetection`, policy.outlierDetection);
}

function checkConnectionPool(errors: FieldErrors, field: string, { tcp, http }: ConnectionPool): void {
  errors.atLeast(`${field}.tcp.maxConnections`, tcp?.maxConnections, 0);
  errors.duration(`${field}.tcp.connectTimeout`, tcp?.connectTimeout);
  for (const name of [
    'http1MaxPendingRequests',
    'http2MaxRequests',
    'maxRequestsPerConnection',
    'maxRetries',
  ] as const) {
    errors.atLeast(`${field}.http.${name}`, http?.[name], 0);
  }
}

function checkOutlierDetection(errors: FieldErrors, field: string, detection: OutlierDetection): void {
  for (const name of ['consecutiveErrors', 'consecutive5xxErrors', 'consecutiveGatewayErrors'] as const) {
    errors.atLeast(`${field}.${name}`, detection[name], 0);
  }
  errors.duration(`${field}.interval`, detection.interval);
  errors.duration(`${field}.baseEjectionTime`, detection.baseEjectionTime);
  errors.range(`${field}.maxEjectionPercent`, detection.maxEjectionPercent, 0, 100);
  errors.range(`${field}.minHealthPercent`, detection.minHealthPercent, 0, 100);
}
