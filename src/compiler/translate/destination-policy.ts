import type {
  DestinationPolicy,
  DestinationPolicySpec,
  SimpleCircuitBreaker,
} from '../../resources/istio/destinationpolicy/types.js';
import type {
  ConnectionPool,
  DestinationRule,
  OutlierDetection,
  PortTrafficPolicy,
  Subset,
} from '../../resources/istio/destinationrule/types.js';
import type { RouteRule } from '../../resources/istio/routerule/types.js';
import { groupBy } from '../group-by.js';
import { resolveIstioService } from '../hostname.js';
import { compareText, keyOf } from '../ordering.js';
import { namespaceOf, type Problem, refOf } from '../snapshot.js';
import type { TranslateContext } from './context.js';
import { metadataFor } from './metadata.js';
import { subsetNameOf } from './subset-name.js';

type Labels = Readonly<Record<string, string>>;

/** Envoy's own defaults, which Istio 0.7 left in force; today's Istio has others. */
const OUTLIER_CONSECUTIVE_ERRORS = 5;
const OUTLIER_MAX_EJECTION_PERCENT = 10;
/** Below this share of healthy endpoints all are used: Envoy's default, which today's Istio sets to 0. */
const PANIC_THRESHOLD_PERCENT = 50;
/** What holds for a subset without a policy of its own: in Istio 0.7 it did not inherit the service's. */
const NO_OUTLIER_DETECTION: OutlierDetection = { consecutive5xxErrors: 0, consecutiveGatewayErrors: 0 };

export interface DestinationPolicyConversion {
  readonly destinationRules: DestinationRule[];
  readonly problems: Problem[];
}

interface Group {
  readonly host: string;
  readonly policies: DestinationPolicy[];
  /** Every label set that a rule routes to or a policy names. */
  readonly subsets: Map<string, Labels>;
  /** Everything that policies or labels came from. */
  readonly from: (DestinationPolicy | RouteRule)[];
}

/**
 * DestinationPolicies, and the labels to which RouteRules route, as DestinationRules: one for each destination, and one more for
 * each caller (`spec.source`) with policies of its own, limited to it by its workloadSelector.
 */
export function convertDestinationPolicies(
  policies: readonly DestinationPolicy[],
  rules: readonly RouteRule[],
  context: TranslateContext,
): DestinationPolicyConversion {
  const problems: Problem[] = [];
  const destinationRules: DestinationRule[] = [];
  for (const group of collect(policies, rules, context).values()) {
    const general = group.policies.filter((policy) => policy.spec.source === undefined);
    destinationRules.push(toDestinationRule(group, general, context));
    const sourced = group.policies.filter((policy) => policy.spec.source !== undefined);
    const bySource = groupBy(sourced, (policy) => JSON.stringify(sourceOf(policy, context) ?? null));
    for (const own of bySource.values()) {
      const rule = limitToSource(toDestinationRule(group, [...own, ...general], context), own[0]!, context);
      if (rule) destinationRules.push(rule);
      else problems.push(...own.map(unknownSource));
    }
  }
  return { destinationRules, problems };
}

function collect(
  policies: readonly DestinationPolicy[],
  rules: readonly RouteRule[],
  context: TranslateContext,
): Map<string, Group> {
  const groups = new Map<string, Group>();
  const add = (host: string, labels: Labels | undefined, from: DestinationPolicy | RouteRule): Group => {
    let group = groups.get(host);
    if (!group) {
      group = { host, policies: [], subsets: new Map(), from: [] };
      groups.set(host, group);
    }
    group.from.push(from);
    const name = subsetNameOf(labels);
    if (name !== undefined) group.subsets.set(name, labels!);
    return group;
  };
  for (const policy of policies) {
    const host = resolveIstioService(policy.spec.destination, namespaceOf(policy), context.domain);
    add(host, policy.spec.destination.labels, policy).policies.push(policy);
  }
  for (const rule of rules) {
    const { spec } = rule;
    const hostOf = (service = spec.destination) => resolveIstioService(service, namespaceOf(rule), context.domain);
    for (const { destination, labels = destination?.labels } of spec.route ?? []) {
      if (subsetNameOf(labels)) add(hostOf(destination), labels, rule);
    }
    if (subsetNameOf(spec.mirror?.labels)) add(hostOf(spec.mirror), spec.mirror?.labels, rule);
  }
  return groups;
}

function toDestinationRule(
  group: Group,
  policies: readonly DestinationPolicy[],
  context: TranslateContext,
): DestinationRule {
  const policyFor = (subset: string | undefined): PortTrafficPolicy | undefined => {
    const matching = policies.filter((policy) => subsetNameOf(policy.spec.destination.labels) === subset);
    // Of several policies for one label set Istio 0.7 took the one whose key is first, and that alone.
    const first = matching.toSorted((left, right) => compareText(keyOf(left), keyOf(right)))[0];
    return first && toTrafficPolicy(first.spec);
  };
  const whole = policyFor(undefined);
  const subsets = [...group.subsets]
    .toSorted(([left], [right]) => compareText(left, right))
    .map(([name, labels]): Subset => {
      const own = withoutInheritance(policyFor(name), whole);
      return { name, labels: { ...labels }, ...(own ? { trafficPolicy: own } : {}) };
    });
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: metadataFor(group.host, group.from[0]!.spec.destination, group.from, context),
    spec: {
      host: group.host,
      ...(whole ? { trafficPolicy: whole } : {}),
      ...(subsets.length > 0 ? { subsets } : {}),
    },
  };
}

function withoutInheritance(
  own: PortTrafficPolicy | undefined,
  whole: PortTrafficPolicy | undefined,
): PortTrafficPolicy | undefined {
  if (whole === undefined) return own;
  return {
    ...(whole.loadBalancer ? { loadBalancer: { simple: 'ROUND_ROBIN' } } : {}),
    ...(whole.connectionPool ? { connectionPool: { tcp: {} } } : {}),
    ...(whole.outlierDetection ? { outlierDetection: NO_OUTLIER_DETECTION } : {}),
    ...own,
  };
}

function toTrafficPolicy({ loadBalancing, circuitBreaker }: DestinationPolicySpec): PortTrafficPolicy {
  const policy: PortTrafficPolicy = {};
  const name = loadBalancing?.name;
  if (name) policy.loadBalancer = { simple: name === 'LEAST_CONN' ? 'LEAST_REQUEST' : name };
  const simple = circuitBreaker?.simpleCb;
  if (simple) {
    const pool = toConnectionPool(simple);
    if (pool.tcp || pool.http) policy.connectionPool = pool;
    policy.outlierDetection = toOutlierDetection(simple);
    // Today outlier detection would keep requests in the caller's zone.
    policy.loadBalancer = { ...policy.loadBalancer, localityLbSetting: { enabled: false } };
  }
  return policy;
}

function toConnectionPool(simple: SimpleCircuitBreaker): ConnectionPool {
  const http = {
    ...(simple.httpMaxPendingRequests ? { http1MaxPendingRequests: simple.httpMaxPendingRequests } : {}),
    ...(simple.httpMaxRequests ? { http2MaxRequests: simple.httpMaxRequests } : {}),
    ...(simple.httpMaxRequestsPerConnection ? { maxRequestsPerConnection: simple.httpMaxRequestsPerConnection } : {}),
    ...(simple.httpMaxRetries ? { maxRetries: simple.httpMaxRetries } : {}),
  };
  return {
    ...(simple.maxConnections ? { tcp: { maxConnections: simple.maxConnections } } : {}),
    ...(Object.keys(http).length > 0 ? { http } : {}),
  };
}

/** Istio 0.7 switched outlier detection on with every simpleCb, and counted every 5xx. */
function toOutlierDetection(simple: SimpleCircuitBreaker): OutlierDetection {
  return {
    consecutive5xxErrors: simple.httpConsecutiveErrors || OUTLIER_CONSECUTIVE_ERRORS,
    ...(simple.httpDetectionInterval ? { interval: simple.httpDetectionInterval } : {}),
    ...(simple.sleepWindow ? { baseEjectionTime: simple.sleepWindow } : {}),
    maxEjectionPercent: simple.httpMaxEjectionPercent || OUTLIER_MAX_EJECTION_PERCENT,
    minHealthPercent: PANIC_THRESHOLD_PERCENT,
  };
}

interface Source {
  readonly namespace: string;
  readonly labels: Labels;
}

function sourceOf(policy: DestinationPolicy, context: TranslateContext): Source | undefined {
  const source = policy.spec.source!;
  const namespace = source.namespace ?? namespaceOf(policy);
  const selector = context.selectorOf(namespace, source.name ?? '');
  return selector && { namespace, labels: { ...selector, ...source.labels } };
}

function limitToSource(
  rule: DestinationRule,
  policy: DestinationPolicy,
  context: TranslateContext,
): DestinationRule | undefined {
  const source = sourceOf(policy, context);
  if (source === undefined) return undefined;
  const suffix = policy.spec.source?.name ?? 'source';
  return {
    ...rule,
    metadata: { ...rule.metadata, name: `${rule.metadata.name}-from-${suffix}`, namespace: source.namespace },
    spec: { ...rule.spec, workloadSelector: { matchLabels: source.labels } },
  };
}

function unknownSource(policy: DestinationPolicy): Problem {
  const source = policy.spec.source;
  const name = `${source?.namespace ?? namespaceOf(policy)}/${source?.name ?? source?.service ?? ''}`;
  const message = `Never applies: spec.source names the service ${name}, which does not exist`;
  return { object: refOf(policy), type: 'ResolvedRefs', reason: 'SourceNotFound', message };
}
