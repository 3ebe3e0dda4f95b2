import type { KubeObject } from '../../object.js';
import type { StringMatch } from '../checks.js';

export interface VirtualService extends KubeObject {
  spec: VirtualServiceSpec;
}

export interface VirtualServiceSpec {
  /** Absent: its routes are what other VirtualServices delegate to. */
  hosts?: string[];
  /** `mesh` stands for all sidecars, and is meant where the list is absent. */
  gateways?: string[];
  http?: HttpRoute[];
  tls?: TlsRoute[];
  tcp?: TcpRoute[];
  exportTo?: string[];
}

export interface HttpRoute {
  name?: string;
  /** Any of these; absent: every request. */
  match?: HttpMatchRequest[];
  route?: HttpRouteDestination[];
  redirect?: HttpRedirect;
  /** `bytes` in Base64. */
  directResponse?: { status: number; body?: { string?: string; bytes?: string } };
  /** The VirtualService whose routes stand here. */
  delegate?: { name?: string; namespace?: string };
  rewrite?: { uri?: string; authority?: string; uriRegexRewrite?: { match: string; rewrite: string } };
  timeout?: string;
  retries?: HttpRetry;
  fault?: HttpFaultInjection;
  mirror?: Destination;
  mirrors?: { destination: Destination; percentage?: Percent }[];
  /** Older spelling of mirrorPercentage. */
  mirrorPercent?: number;
  mirrorPercentage?: Percent;
  corsPolicy?: CorsPolicy;
  headers?: Headers;
}

export interface Percent {
  value?: number;
}

export interface Destination {
  host: string;
  subset?: string;
  port?: { number?: number };
}

export interface HttpRouteDestination {
  destination: Destination;
  weight?: number;
  headers?: Headers;
}

/** All of what is given must hold. */
export interface HttpMatchRequest {
  name?: string;
  uri?: StringMatch;
  scheme?: StringMatch;
  method?: StringMatch;
  authority?: StringMatch;
  headers?: Record<string, StringMatch>;
  withoutHeaders?: Record<string, StringMatch>;
  queryParams?: Record<string, StringMatch>;
  port?: number;
  sourceLabels?: Record<string, string>;
  sourceNamespace?: string;
  gateways?: string[];
  ignoreUriCase?: boolean;
  statPrefix?: string;
}

/** Who may call from a page of another origin, as the CORS protocol says it. */
export interface CorsPolicy {
  /** Older spelling of allowOrigins with exact matches. */
  allowOrigin?: string[];
  allowOrigins?: StringMatch[];
  allowMethods?: string[];
  allowHeaders?: string[];
  exposeHeaders?: string[];
  maxAge?: string;
  allowCredentials?: boolean;
  /** What becomes of a preflight request from an origin that is not allowed; FORWARD where absent. */
  unmatchedPreflights?: 'UNSPECIFIED' | 'FORWARD' | 'IGNORE';
}

/** TCP connections, told apart by what is known when they open. */
export interface TcpRoute {
  match?: L4Match[];
  route?: RouteDestination[];
}

/** TLS connections that are not ended here, told apart by the name that the client asks for. */
export interface TlsRoute {
  match?: TlsMatch[];
  route?: RouteDestination[];
}

export interface RouteDestination {
  destination: Destination;
  weight?: number;
}

/** All of what is given must hold. */
export interface L4Match {
  destinationSubnets?: string[];
  port?: number;
  sourceLabels?: Record<string, string>;
  sourceNamespace?: string;
  gateways?: string[];
}

export interface TlsMatch extends L4Match {
  sniHosts?: string[];
}

export interface HttpRedirect {
  uri?: string;
  authority?: string;
  port?: number;
  derivePort?: 'FROM_PROTOCOL_DEFAULT' | 'FROM_REQUEST_PORT';
  scheme?: string;
  redirectCode?: number;
  prefixRewrite?: string;
}

export interface HttpRetry {
  /** Retries beside the first try. */
  attempts?: number;
  perTryTimeout?: string;
  retryOn?: string;
  /** Whether a retry avoids the endpoints that failed already; true where absent. */
  retryIgnorePreviousHosts?: boolean;
  retryRemoteLocalities?: boolean;
  /** Least wait before the first retry; it doubles with each. */
  backoff?: string;
}

export interface HttpFaultInjection {
  /** `percent` is the older spelling; with neither, no request. */
  delay?: { fixedDelay?: string; percentage?: Percent; percent?: number };
  /** `grpcStatus` by name: `UNAVAILABLE`. Without a percentage, no request. */
  abort?: { httpStatus?: number; grpcStatus?: string; percentage?: Percent };
}

export interface Headers {
  request?: HeaderOperations;
  response?: HeaderOperations;
}

export interface HeaderOperations {
  set?: Record<string, string>;
  add?: Record<string, string>;
  remove?: string[];
}
