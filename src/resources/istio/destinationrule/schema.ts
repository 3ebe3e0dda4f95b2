import {
  boolean,
  duration,
  integer,
  kindSchema,
  list,
  mapOf,
  number,
  object,
  oneOf,
  port,
  string,
  stringList,
  stringMap,
  uint32,
} from '../schemas.js';

const localityFailover = list(object({ from: string, to: string }));

const loadBalancer = object({
  simple: oneOf('UNSPECIFIED', 'LEAST_CONN', 'RANDOM', 'PASSTHROUGH', 'ROUND_ROBIN', 'LEAST_REQUEST'),
  consistentHash: object({
    httpHeaderName: string,
    httpCookie: object({
      name: string,
      path: string,
      ttl: duration,
      attributes: list(object({ name: string, value: string })),
    }),
    useSourceIp: boolean,
    httpQueryParameterName: string,
    ringHash: object({ minimumRingSize: integer }),
    maglev: object({ tableSize: integer }),
    minimumRingSize: integer,
  }),
  localityLbSetting: object({
    distribute: list(object({ from: string, to: mapOf(uint32) })),
    failover: localityFailover,
    failoverPriority: stringList,
    enabled: boolean,
  }),
  zoneAwareLbSetting: object({
    enabled: boolean,
    failover: localityFailover,
    failoverPriority: stringList,
    minClusterSize: integer,
  }),
  warmupDurationSecs: duration,
  warmup: object({ duration, minimumPercent: number, aggression: number }),
});

const connectionPool = object({
  tcp: object({
    maxConnections: integer,
    connectTimeout: duration,
    tcpKeepalive: object({ probes: uint32, time: duration, interval: duration }),
    maxConnectionDuration: duration,
    idleTimeout: duration,
  }),
  http: object({
    http1MaxPendingRequests: integer,
    http2MaxRequests: integer,
    maxRequestsPerConnection: integer,
    maxRetries: integer,
    idleTimeout: duration,
    h2UpgradePolicy: oneOf('DEFAULT', 'DO_NOT_UPGRADE', 'UPGRADE'),
    useClientProtocol: boolean,
    maxConcurrentStreams: integer,
    http2KeepAlive: object({ interval: duration, timeout: duration }),
  }),
});

const outlierDetection = object({
  consecutiveErrors: integer,
  splitExternalLocalOriginErrors: boolean,
  consecutiveLocalOriginFailures: uint32,
  consecutiveGatewayErrors: uint32,
  consecutive5xxErrors: uint32,
  interval: duration,
  baseEjectionTime: duration,
  maxEjectionPercent: integer,
  minHealthPercent: integer,
  outlierDetectionHttpErrorCodes: list(uint32),
});

const tls = object({
  mode: oneOf('DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'),
  clientCertificate: string,
  privateKey: string,
  caCertificates: string,
  credentialName: string,
  subjectAltNames: stringList,
  sni: string,
  insecureSkipVerify: boolean,
  caCrl: string,
});

const portPolicy = { loadBalancer, connectionPool, outlierDetection, tls };

const trafficPolicy = object({
  ...portPolicy,
  portLevelSettings: list(object({ port: object({ number: port }), ...portPolicy })),
  tunnel: object({ protocol: string, targetHost: string, targetPort: port }),
  proxyProtocol: object({ version: oneOf('V1', 'V2') }),
  retryBudget: object({ percent: number, minRetryConcurrency: uint32, budgetInterval: duration }),
});

export const destinationRuleSchema = kindSchema(
  'DestinationRule: versions of a service, and how its endpoints are treated',
  object({
    host: string,
    trafficPolicy,
    subsets: list(object({ name: string, labels: stringMap, trafficPolicy }, ['name'])),
    exportTo: stringList,
    workloadSelector: object({ matchLabels: stringMap }),
  }),
);
