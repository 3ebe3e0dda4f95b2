import { isIP } from 'node:net';
import type { FieldError } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { FieldErrors, keyed } from '../checks.js';
import { checkExportTo } from '../references.js';
import { unsupportedFieldErrors } from '../unsupported.js';
import type { DestinationRule, DestinationRuleSpec, PortTrafficPolicy, Subset, TrafficPolicy } from './types.js';
import { checkConnectionPool, checkOutlierDetection } from './validate-connection.js';
import { checkLoadBalancer } from './validate-load-balancer.js';
import { checkClientTls } from './validate-tls.js';

const PORT_PARTS = ['loadBalancer', 'connectionPool', 'outlierDetection', 'tls'] as const;
const PARTS = [...PORT_PARTS, 'portLevelSettings', 'tunnel', 'proxyProtocol', 'retryBudget'] as const;
const PERCENT_MAX = 100;
const TUNNEL_PROTOCOLS = ['CONNECT', 'POST'];

export function validateDestinationRule(object: KubeObject): FieldError[] {
  const errors = new FieldErrors();
  const spec = (object as DestinationRule).spec as DestinationRuleSpec | undefined;
  if (!spec?.host) {
    errors.required('spec.host', 'the service that the rule is for, for example reviews');
    return errors.list;
  }
  errors.host('spec.host', spec.host, true);
  checkExportTo(errors, spec.exportTo);
  checkSelector(errors, spec, object.metadata.namespace ?? 'default');
  if (spec.trafficPolicy) checkTrafficPolicy(errors, 'spec.trafficPolicy', spec.trafficPolicy);
  checkSubsets(errors, spec.subsets ?? []);
  return [...errors.list, ...unsupportedFieldErrors(object)];
}

/** A rule for some callers holds in its namespace alone. */
function checkSelector(errors: FieldErrors, { workloadSelector, exportTo }: DestinationRuleSpec, own: string): void {
  for (const [key, value] of Object.entries(workloadSelector?.matchLabels ?? {})) {
    const field = keyed('spec.workloadSelector.matchLabels', key);
    if (key === '') errors.required(field, 'the name of a label');
    if (`${key}${value}`.includes('*')) errors.invalid(field, value, "wildcard '*' is not supported in the selector");
  }
  if (workloadSelector && exportTo?.some((namespace) => namespace !== '.' && namespace !== own)) {
    errors.invalid(
      'spec.exportTo',
      exportTo,
      'a rule with workloadSelector may be exported to its own namespace alone',
    );
  }
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
  if (!PARTS.some((part) => part in policy)) errors.required(field, `at least one of ${PARTS.join(', ')}`);
  checkPortPolicy(errors, field, policy);
  if (policy.tunnel) checkTunnel(errors, `${field}.tunnel`, policy.tunnel);
  if (policy.proxyProtocol && policy.tunnel) {
    errors.forbidden(`${field}.proxyProtocol`, 'may not be set together with tunnel');
  }
  const percent = policy.retryBudget?.percent;
  if (percent !== undefined) errors.range(`${field}.retryBudget.percent`, percent, 0, PERCENT_MAX);
  checkPortSettings(errors, `${field}.portLevelSettings`, policy.portLevelSettings ?? []);
}

function checkTunnel(errors: FieldErrors, field: string, tunnel: NonNullable<TrafficPolicy['tunnel']>): void {
  const { protocol, targetHost, targetPort } = tunnel;
  if (protocol && !TUNNEL_PROTOCOLS.includes(protocol)) {
    errors.notSupported(`${field}.protocol`, protocol, TUNNEL_PROTOCOLS);
  }
  if (!targetHost) errors.required(`${field}.targetHost`, 'the host at the other end of the tunnel');
  else if (isIP(targetHost) === 0) errors.host(`${field}.targetHost`, targetHost);
  if (!targetPort) errors.required(`${field}.targetPort`, 'the port at the other end of the tunnel');
}

type PortSettings = NonNullable<TrafficPolicy['portLevelSettings']>;

function checkPortSettings(errors: FieldErrors, field: string, all: PortSettings): void {
  const seen = new Set<number>();
  all.forEach((settings, index) => {
    const at = `${field}[${index}]`;
    const number = settings.port?.number;
    if (number === undefined) errors.required(`${at}.port.number`, 'the port of the service');
    else if (seen.has(number)) errors.duplicate(`${at}.port.number`, number);
    else seen.add(number);
    if (!PORT_PARTS.some((part) => part in settings)) errors.required(at, `at least one of ${PORT_PARTS.join(', ')}`);
    checkPortPolicy(errors, at, settings);
  });
}

function checkPortPolicy(errors: FieldErrors, field: string, policy: PortTrafficPolicy): void {
  const { loadBalancer, connectionPool, outlierDetection, tls } = policy;
  if (loadBalancer) checkLoadBalancer(errors, `${field}.loadBalancer`, loadBalancer);
  if (connectionPool) checkConnectionPool(errors, `${field}.connectionPool`, connectionPool);
  if (outlierDetection) checkOutlierDetection(errors, `${field}.outlierDetection`, outlierDetection);
  if (tls) checkClientTls(errors, `${field}.tls`, tls);
}
