import type {
  ConnectionPool as ApiConnectionPool,
  OutlierDetection as ApiOutlierDetection,
  TrafficPolicy as ApiTrafficPolicy,
  DestinationRule,
  PortTrafficPolicy,
} from '../../resources/istio/destinationrule/types.js';
import { duration_ms } from '../../resources/istio/duration.js';
import { groupBy } from '../group-by.js';
import { resolveShortHost } from '../hostname.js';
import { byAge } from '../ordering.js';
import { originsOf } from '../origin.js';
import { namespaceOf } from '../snapshot.js';
import type {
  ConnectionPool,
  DestinationRuleModel,
  OutlierDetection,
  PortPolicy,
  SubsetModel,
  TrafficPolicy,
} from './types.js';

const LOAD_BALANCERS: Readonly<Record<string, PortPolicy['loadBalancer']>> = {
  ROUND_ROBIN: 'ROUND_ROBIN',
  LEAST_REQUEST: 'LEAST_REQUEST',
  LEAST_CONN: 'LEAST_REQUEST',
  RANDOM: 'RANDOM',
};

/** By host: each in order of age. */
export function buildDestinationRules(
  objects: readonly DestinationRule[],
  domain: string,
): ReadonlyMap<string, readonly DestinationRuleModel[]> {
  const byHost = groupBy(objects.toSorted(byAge), (object) =>
    resolveShortHost(object.spec.host, namespaceOf(object), domain),
  );
  return new Map([...byHost].map(([host, group]) => [host, group.map(toModel)]));
}

function toModel(object: DestinationRule): DestinationRuleModel {
  const { spec } = object;
  const policy = toPolicy(spec.trafficPolicy);
  const subsets = (spec.subsets ?? []).map((subset): [string, SubsetModel] => [
    subset.name,
    { labels: subset.labels ?? {}, policy: overlay(policy, toPolicy(subset.trafficPolicy)) },
  ]);
  const selector = spec.workloadSelector?.matchLabels;
  return {
    origins: originsOf(object),
    namespace: namespaceOf(object),
    policy,
    subsets: new Map(subsets),
    ...(spec.exportTo ? { exportTo: spec.exportTo } : {}),
    ...(selector ? { workloadSelector: selector } : {}),
  };
}

/** A subset's policy replaces that of the service part by part; its ports replace the service's ports likewise. */
function overlay(whole: TrafficPolicy, own: TrafficPolicy): TrafficPolicy {
  const ports = new Map(whole.ports);
  for (const [port, policy] of own.ports) ports.set(port, { ...ports.get(port), ...policy });
  return { ...whole, ...own, ports };
}

function toPolicy(policy: ApiTrafficPolicy | undefined): TrafficPolicy {
  const ports = (policy?.portLevelSettings ?? []).map((settings): [number, PortPolicy] => [
    settings.port?.number ?? 0,
    toPortPolicy(settings),
  ]);
  return { ...toPortPolicy(policy ?? {}), ports: new Map(ports) };
}

function toPortPolicy(policy: PortTrafficPolicy): PortPolicy {
  const loadBalancer = LOAD_BALANCERS[policy.loadBalancer?.simple ?? ''];
  return {
    ...(loadBalancer ? { loadBalancer } : {}),
    ...(policy.connectionPool ? { connectionPool: toConnectionPool(policy.connectionPool) } : {}),
    ...(policy.outlierDetection ? { outlierDetection: toOutlierDetection(policy.outlierDetection) } : {}),
  };
}

/** A count of 0 is not set, as in protobuf. */
function toConnectionPool({ tcp, http }: ApiConnectionPool): ConnectionPool {
  return {
    ...(tcp?.maxConnections ? { maxConnections: tcp.maxConnections } : {}),
    ...(tcp?.connectTimeout ? { connectTimeout_ms: duration_ms(tcp.connectTimeout) } : {}),
    ...(http?.http1MaxPendingRequests ? { maxPendingRequests: http.http1MaxPendingRequests } : {}),
    ...(http?.http2MaxRequests ? { maxRequests: http.http2MaxRequests } : {}),
    ...(http?.maxRetries ? { maxRetries: http.maxRetries } : {}),
    ...(http?.maxRequestsPerConnection ? { maxRequestsPerConnection: http.maxRequestsPerConnection } : {}),
  };
}

function toOutlierDetection(detection: ApiOutlierDetection): OutlierDetection {
  const consecutive5xx = detection.consecutive5xxErrors ?? (detection.consecutiveErrors || undefined);
  const { consecutiveGatewayErrors, interval, baseEjectionTime, maxEjectionPercent } = detection;
  return {
    ...(consecutive5xx !== undefined ? { consecutive5xx } : {}),
    ...(consecutiveGatewayErrors !== undefined ? { consecutiveGatewayFailure: consecutiveGatewayErrors } : {}),
    ...(interval ? { interval_ms: duration_ms(interval) } : {}),
    ...(baseEjectionTime ? { baseEjectionTime_ms: duration_ms(baseEjectionTime) } : {}),
    ...(maxEjectionPercent ? { maxEjectionPercent } : {}),
    panicThreshold_percent: detection.minHealthPercent ?? 0,
  };
}
