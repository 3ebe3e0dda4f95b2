import type { KubeObject } from '../../object.js';
import type { StringMatch } from '../checks.js';

export interface VirtualService extends KubeObject {
  spec: VirtualServiceSpec;
}

export interface VirtualServiceSpec {
  hosts: string[];
  /** `mesh` stands for all sidecars, and is meant where the list is absent. */
  gateways?: string[];
  http?: HttpRoute[];
  exportTo?: string[];
}

export interface HttpRoute {
  name?: string;
  /** Any of these; absent: every request. */
  match?: HttpMatchRequest[];
  route?: HttpRouteDestination[];
  redirect?: HttpRedirect;
  directResponse?: { status: number; body?: { string?: string; bytes?: string } };
  rewrite?: { uri?: string; authority?: string; uriRegexRewrite?: { match: string; rewrite: string } };
  timeout?: string;
  retries?: HttpRetry;
  fault?: HttpFaultInjection;
  mirror?: Destination;
  mirrors?: { destination: Destination; percentage?: Percent }[];
  /** Older spelling of mirrorPercentage. */
  mirrorPercent?: number;
  mirrorPercentage?: Percent;
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
}

export interface HttpFaultInjection {
  /** `percent` is the older spelling; with neither, every request. */
  delay?: { fixedDelay?: string; percentage?: Percent; percent?: number };
  abort?: { httpStatus?: number; percentage?: Percent };
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
