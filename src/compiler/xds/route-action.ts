import type { Headers } from '../../resources/istio/virtualservice/types.js';
import {
  RedirectAction_RedirectResponseCode as Code,
  type DirectResponseActionSchema,
  type RedirectActionSchema,
  type RouteActionSchema,
} from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import type { ProxyNode } from '../model/proxy.js';
import type { Destination, DirectResponseAction, ForwardAction, Mesh, RedirectAction } from '../model/types.js';
import { hashPolicies } from './hash-policy.js';
import { headerMutations, hostFromHeaders } from './headers.js';
import { outboundCluster } from './names.js';
import type { Init } from './resource.js';
import { retryPolicy } from './retry.js';
import { durationOf, percentOf } from './values.js';

const HTTP_PORTS = { http: 80, https: 443 } as const;
const REDIRECT_CODES: Readonly<Record<number, Code>> = {
  301: Code.MOVED_PERMANENTLY,
  302: Code.FOUND,
  303: Code.SEE_OTHER,
  307: Code.TEMPORARY_REDIRECT,
  308: Code.PERMANENT_REDIRECT,
};

type RouteAction = Init<typeof RouteActionSchema>;

/** The cluster that a destination means on a listener's port: the port it names, a service's only one, or the listener's. */
export function clusterOf(mesh: Mesh, destination: Destination, listenerPort: number): string {
  return outboundCluster(portOf(mesh, destination, listenerPort), destination.subset, destination.host);
}

export function portOf(mesh: Mesh, { host, port }: Destination, listenerPort: number): number {
  const ports = mesh.services.get(host)?.ports ?? [];
  const only = ports.length === 1 ? ports[0]?.number : undefined;
  return port ?? only ?? listenerPort;
}

export function forwardAction(
  mesh: Mesh,
  action: ForwardAction,
  headers: Headers | undefined,
  listenerPort: number,
  proxy: ProxyNode,
): RouteAction {
  const hashed = action.destinations.map((destination) => ({
    ...destination,
    port: portOf(mesh, destination, listenerPort),
  }));
  const hashPolicy = hashPolicies(mesh, proxy, hashed);
  const retries = retryPolicy(action.retries);
  const mirrors = action.mirrors.map(({ destination, percent }) => ({
    cluster: clusterOf(mesh, destination, listenerPort),
    runtimeFraction: { defaultValue: percentOf(percent) },
  }));
  return {
    clusterSpecifier: clusterSpecifier(mesh, action, listenerPort),
    // Without one Envoy would apply 15 s.
    timeout: durationOf(action.timeout_ms),
    requestMirrorPolicies: mirrors,
    ...(hashPolicy.length > 0 ? { hashPolicy } : {}),
    ...(retries ? { retryPolicy: retries } : {}),
    ...rewrites(action, headers),
  };
}

function clusterSpecifier(mesh: Mesh, { destinations }: ForwardAction, port: number): RouteAction['clusterSpecifier'] {
  const [only] = destinations;
  if (only && destinations.length === 1 && !only.headers)
    return { case: 'cluster', value: clusterOf(mesh, only, port) };
  const clusters = destinations.map(({ weight, headers, ...destination }) => ({
    name: clusterOf(mesh, destination, port),
    weight,
    ...headerMutations(headers),
  }));
  return { case: 'weightedClusters', value: { clusters } };
}

function rewrites({ rewrite }: ForwardAction, headers: Headers | undefined): Partial<RouteAction> {
  const host = rewrite?.authority ?? hostFromHeaders(headers);
  const regex = rewrite?.uriRegexRewrite;
  return {
    ...(host ? { hostRewriteSpecifier: { case: 'hostRewriteLiteral', value: host } } : {}),
    ...(rewrite?.uri ? { prefixRewrite: rewrite.uri } : {}),
    ...(regex ? { regexRewrite: { pattern: { regex: regex.match }, substitution: regex.rewrite } } : {}),
  };
}

export function redirectAction(action: RedirectAction, listenerPort: number): Init<typeof RedirectActionSchema> {
  const { uri, prefixRewrite, authority, scheme } = action;
  return {
    responseCode: REDIRECT_CODES[action.redirectCode ?? 0] ?? Code.MOVED_PERMANENTLY,
    ...(authority ? { hostRedirect: authority } : {}),
    ...(scheme ? { schemeRewriteSpecifier: { case: 'schemeRedirect', value: scheme } } : {}),
    ...(uri ? { pathRewriteSpecifier: { case: 'pathRedirect', value: uri } } : {}),
    ...(prefixRewrite ? { pathRewriteSpecifier: { case: 'prefixRewrite', value: prefixRewrite } } : {}),
    portRedirect: redirectPort(action, listenerPort),
  };
}

/** 0: the port stays. A port that is the scheme's own is left out. */
function redirectPort({ port, derivePort, scheme }: RedirectAction, listenerPort: number): number {
  if (port) return port;
  if (derivePort !== 'FROM_REQUEST_PORT') return 0;
  return scheme && HTTP_PORTS[scheme as keyof typeof HTTP_PORTS] === listenerPort ? 0 : listenerPort;
}

export function directResponse(action: DirectResponseAction): Init<typeof DirectResponseActionSchema> {
  const { status, body, bodyBytes } = action;
  if (bodyBytes)
    return { status, body: { specifier: { case: 'inlineBytes', value: Buffer.from(bodyBytes, 'base64') } } };
  return { status, ...(body ? { body: { specifier: { case: 'inlineString', value: body } } } : {}) };
}
