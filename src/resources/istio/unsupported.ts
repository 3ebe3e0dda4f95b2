import type { FieldError } from '../kind.js';
import type { KubeObject } from '../object.js';

/** A field that Istio knows and that our compiler does not yet act on. */
export interface UnsupportedField {
  readonly kind: string;
  /** Path from the object's root; `[]` is each item of a list. */
  readonly path: string;
  /** Values that need no support because they ask for what happens anyway. */
  readonly harmless?: (value: unknown) => boolean;
  /** What of the field is unsupported, where it is not all. For people. */
  readonly only?: string;
}

const isEmpty = (value: unknown): boolean =>
  value === false || value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

const isOneOf =
  (...values: string[]) =>
  (value: unknown): boolean =>
    typeof value === 'string' && values.includes(value.toUpperCase());

function fields(kind: string, ...paths: string[]): UnsupportedField[] {
  return paths.map((path) => ({ kind, path }));
}

const TRAFFIC_POLICIES = ['spec.trafficPolicy', 'spec.subsets[].trafficPolicy'].flatMap((path) => [
  path,
  `${path}.portLevelSettings[]`,
]);

function trafficPolicyFields(path: string): UnsupportedField[] {
  const kind = 'DestinationRule';
  return [
    { kind, path: `${path}.tls.mode`, harmless: isOneOf('DISABLE'), only: 'modes other than DISABLE' },
    {
      kind,
      path: `${path}.loadBalancer.simple`,
      harmless: isOneOf('UNSPECIFIED', 'ROUND_ROBIN', 'LEAST_REQUEST', 'LEAST_CONN', 'RANDOM'),
      only: 'PASSTHROUGH',
    },
    ...fields(
      kind,
      `${path}.loadBalancer.consistentHash`,
      `${path}.loadBalancer.localityLbSetting`,
      `${path}.loadBalancer.zoneAwareLbSetting`,
      `${path}.loadBalancer.warmup`,
      `${path}.loadBalancer.warmupDurationSecs`,
      `${path}.connectionPool.tcp.tcpKeepalive`,
      `${path}.connectionPool.tcp.maxConnectionDuration`,
      `${path}.connectionPool.tcp.idleTimeout`,
      `${path}.connectionPool.http.idleTimeout`,
      `${path}.connectionPool.http.h2UpgradePolicy`,
      `${path}.connectionPool.http.useClientProtocol`,
      `${path}.connectionPool.http.maxConcurrentStreams`,
      `${path}.connectionPool.http.http2KeepAlive`,
      `${path}.outlierDetection.splitExternalLocalOriginErrors`,
      `${path}.outlierDetection.consecutiveLocalOriginFailures`,
      `${path}.outlierDetection.outlierDetectionHttpErrorCodes`,
    ),
  ];
}

/** The one list: validation refuses what is in it, docs/compatibility.md shows it. */
export const UNSUPPORTED_FIELDS: readonly UnsupportedField[] = [
  ...fields(
    'RouteRule',
    'spec.match.tcp',
    'spec.match.udp',
    'spec.corsPolicy',
    'spec.l4Fault',
    'spec.httpReqTimeout.custom',
    'spec.httpReqTimeout.simpleTimeout.overrideHeaderName',
    'spec.httpReqRetries.custom',
    'spec.httpReqRetries.simpleRetry.overrideHeaderName',
    'spec.httpFault.delay.exponentialDelay',
    'spec.httpFault.delay.overrideHeaderName',
    'spec.httpFault.abort.grpcStatus',
    'spec.httpFault.abort.http2Error',
    'spec.httpFault.abort.overrideHeaderName',
  ),
  ...fields('DestinationPolicy', 'spec.loadBalancing.custom', 'spec.circuitBreaker.custom'),
  { kind: 'EgressRule', path: 'spec.useEgressProxy', harmless: isEmpty },
  {
    kind: 'EgressRule',
    path: 'spec.ports[].protocol',
    harmless: isOneOf('HTTP', 'HTTP2', 'GRPC', 'TCP', 'MONGO', 'MYSQL', 'REDIS'),
    only: 'https (TLS by the sidecar)',
  },
  ...fields(
    'VirtualService',
    'spec.tls',
    'spec.tcp',
    'spec.http[].delegate',
    'spec.http[].corsPolicy',
    'spec.http[].match[].statPrefix',
    'spec.http[].fault.delay.exponentialDelay',
    'spec.http[].fault.abort.http2Error',
    'spec.http[].fault.abort.grpcStatus',
    'spec.http[].retries.retryIgnorePreviousHosts',
    'spec.http[].retries.retryRemoteLocalities',
    'spec.http[].retries.backoff',
  ),
  ...TRAFFIC_POLICIES.flatMap(trafficPolicyFields),
  ...fields(
    'DestinationRule',
    'spec.trafficPolicy.tunnel',
    'spec.trafficPolicy.proxyProtocol',
    'spec.trafficPolicy.retryBudget',
  ),
  ...fields(
    'DestinationRule',
    'spec.subsets[].trafficPolicy.tunnel',
    'spec.subsets[].trafficPolicy.proxyProtocol',
    'spec.subsets[].trafficPolicy.retryBudget',
  ),
  {
    kind: 'Gateway',
    path: 'spec.servers[].port.protocol',
    harmless: isOneOf('HTTP', 'HTTP2', 'GRPC'),
    only: 'HTTPS, TLS, TCP and MONGO',
  },
  ...fields(
    'Gateway',
    'spec.servers[].tls',
    'spec.servers[].bind',
    'spec.servers[].defaultEndpoint',
    'spec.servers[].port.targetPort',
  ),
  ...fields(
    'ServiceEntry',
    'spec.workloadSelector',
    'spec.subjectAltNames',
    'spec.endpoints[].network',
    'spec.endpoints[].locality',
    'spec.endpoints[].serviceAccount',
  ),
  {
    kind: 'ServiceEntry',
    path: 'spec.ports[].protocol',
    harmless: isOneOf('', 'HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB', 'TCP', 'MONGO'),
    only: 'HTTPS and TLS (choosing a service by SNI)',
  },
  {
    kind: 'ServiceEntry',
    path: 'spec.resolution',
    harmless: isOneOf('NONE', 'STATIC', 'DNS', 'DNS_ROUND_ROBIN'),
    only: 'DYNAMIC_DNS',
  },
];

/** An error for each unsupported field that the object sets. */
export function unsupportedFieldErrors(object: KubeObject): FieldError[] {
  return UNSUPPORTED_FIELDS.filter((field) => field.kind === object.kind).flatMap((field) =>
    valuesAt(object, field.path.split('.'), '')
      .filter(({ value }) => !field.harmless?.(value))
      .map(({ path, value }) => toError(field, path, value)),
  );
}

function toError(field: UnsupportedField, path: string, value: unknown): FieldError {
  const what = field.harmless && typeof value === 'string' ? `${JSON.stringify(value)} is ` : '';
  return {
    reason: 'FieldValueForbidden',
    field: path,
    message: `Forbidden: ${what}not supported yet; see docs/compatibility.md`,
  };
}

function valuesAt(value: unknown, path: readonly string[], at: string): { path: string; value: unknown }[] {
  if (value === undefined || value === null) return [];
  const [step, ...rest] = path;
  if (step === undefined) return [{ path: at, value }];
  const name = step.replace(/\[\]$/, '');
  const child = (value as Record<string, unknown>)[name];
  const childAt = at === '' ? name : `${at}.${name}`;
  if (name === step) return valuesAt(child, rest, childAt);
  if (!Array.isArray(child)) return [];
  return child.flatMap((item, index) => valuesAt(item, rest, `${childAt}[${index}]`));
}
