import type { KubeObject } from '../../object.js';

export interface EnvoyFilter extends KubeObject {
  spec: EnvoyFilterSpec;
}

/** Changes to what the mesh says to its proxies, in the proxies' own language. */
export interface EnvoyFilterSpec {
  workloadSelector?: { labels?: Record<string, string> };
  targetRefs?: unknown[];
  configPatches?: ConfigPatch[];
  priority?: number;
}

export interface ConfigPatch {
  applyTo?: string;
  match?: ConfigMatch;
  patch?: { operation?: string; value?: Record<string, unknown>; filterClass?: string };
}

/** At most one of listener, routeConfiguration, cluster. */
export interface ConfigMatch {
  context?: PatchContext;
  proxy?: { proxyVersion?: string; metadata?: Record<string, string> };
  listener?: ListenerMatch;
  routeConfiguration?: RouteConfigurationMatch;
  cluster?: ClusterMatch;
}

export type PatchContext = 'ANY' | 'SIDECAR_INBOUND' | 'SIDECAR_OUTBOUND' | 'GATEWAY';

export interface ListenerMatch {
  portNumber?: number;
  filterChain?: FilterChainMatch;
  listenerFilter?: string;
  name?: string;
}

export interface FilterChainMatch {
  name?: string;
  sni?: string;
  transportProtocol?: string;
  /** By comma; the chain has to have all of them. */
  applicationProtocols?: string;
  filter?: { name?: string; subFilter?: { name?: string } };
  destinationPort?: number;
}

export interface RouteConfigurationMatch {
  portNumber?: number;
  portName?: string;
  /** `namespace/name` */
  gateway?: string;
  vhost?: {
    name?: string;
    domainName?: string;
    route?: { name?: string; action?: 'ANY' | 'ROUTE' | 'REDIRECT' | 'DIRECT_RESPONSE' };
  };
  name?: string;
}

export interface ClusterMatch {
  portNumber?: number;
  service?: string;
  subset?: string;
  name?: string;
}
