import type { Random } from '../base/random.js';
import { compile, type MeshSnapshot, meshOf, type ProxyNode, proxyOf } from '../compiler/index.js';
import type { Service } from '../compiler/model/types.js';
import { visibleServices } from '../compiler/model/view.js';
import { withWorkload } from '../compiler/model/workloads.js';
import { hostForms } from '../compiler/xds/domains.js';
import type { RouteContext } from '../proxy/route/route-context.js';
import { Runtime } from '../proxy/runtime/runtime.js';
import type { Node } from '../xds/types/gen/envoy/config/core/v3/base_pb.js';
import type { TcpProxy } from '../xds/types/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js';
import { ProxyConfiguration } from './configuration.js';
import { type DestinationRequest, describeDestination } from './destination.js';
import { absentRules } from './elsewhere.js';
import { gatewayListener, type ListenerChoice, outboundListener, type Way } from './listener-choice.js';
import { outcomeOf } from './outcome.js';
import { PolicyChecker } from './policy-check.js';
import { type RequestSpec, routedHeaders } from './request.js';
import { type Locate, tryRoutes } from './route-trials.js';
import type { DestinationOutcome, Explanation, NoneOutcome } from './types.js';
import { workloadsByAddress } from './workload-names.js';

const PERCENT_ALL = 100;
/** What has any chance to happen, happens. */
const ALWAYS: Random = { next: () => 0, below: () => 0 };

export interface ExplainInput {
  readonly snapshot: MeshSnapshot;
  /** The proxy that the request meets first: the caller's sidecar, or a gateway. */
  readonly node: Node;
  readonly request: RequestSpec;
  /** File and line of a field, where they are known. */
  readonly locate?: Locate;
}

/**
 * What a proxy would do with a request: the configuration that it has is compiled as for the proxy itself, and asked by the proxy's
 * own router.
 * @throws Error where the node is no sidecar or gateway
 */
export async function explain({
  snapshot,
  node,
  request,
  locate = () => undefined,
}: ExplainInput): Promise<Explanation> {
  const resources = compile(snapshot, node);
  const described = proxyOf(node);
  if (resources === undefined || described === undefined) throw new Error(`${node.id} is neither sidecar nor gateway`);
  const mesh = meshOf(snapshot);
  const proxy = withWorkload(mesh, described);
  const config = new ProxyConfiguration(resources);
  const service = visibleServices(mesh, proxy).find((each) => isCalled(each, request.host, proxy, snapshot));
  const choice = listenerFor(config, proxy, request, service);
  const asked: Asked = { snapshot, proxy, config, request, locate };
  const host = ruleHost(proxy, request, service);
  const found = await withPolicy(
    asked,
    choice?.way === undefined ? refused(proxy, request) : wayOutcome(asked, choice.way),
  );
  const present = found.routes.flatMap(({ origin }) => origin ?? []);
  return {
    request,
    proxy: { kind: proxy.kind === 'sidecar' ? 'sidecar' : 'gateway', workload: proxy.workload, labels: proxy.labels },
    ...(choice && { listener: choice.listener.name }),
    ...found,
    elsewhere: absentRules(snapshot, { proxy, host, port: request.port }, present, locate),
  };
}

interface Asked {
  readonly snapshot: MeshSnapshot;
  readonly proxy: ProxyNode;
  readonly config: ProxyConfiguration;
  readonly request: RequestSpec;
  readonly locate: Locate;
}

type Found = Pick<Explanation, 'routeConfiguration' | 'virtualHost' | 'routes' | 'outcome'>;

function isCalled(service: Service, host: string, proxy: ProxyNode, { config }: MeshSnapshot): boolean {
  return service.addresses.includes(host) || hostForms(service, proxy, config.clusterDomain).includes(host);
}

function listenerFor(
  config: ProxyConfiguration,
  proxy: ProxyNode,
  { host, port, scheme }: RequestSpec,
  service: Service | undefined,
): ListenerChoice | undefined {
  const serverName = scheme === 'https' ? host : undefined;
  if (proxy.kind === 'router') return gatewayListener(config, port, serverName);
  return outboundListener(config, service?.addresses[0] ?? host, port, serverName);
}

/** The host that rules for this request would name. */
function ruleHost(proxy: ProxyNode, { authority, host }: RequestSpec, service: Service | undefined): string {
  if (proxy.kind === 'sidecar') return service?.hostname ?? host;
  return authority.replace(/:\d+$/, '').toLowerCase();
}

function wayOutcome(asked: Asked, way: Way): Found {
  const destination = describer(asked);
  if (way.kind === 'tcp')
    return { routes: [], outcome: { kind: 'tcp', destinations: tcpDestinations(way.proxy).map(destination) } };
  const name = { routeConfiguration: way.name };
  if (way.routes === undefined) return { ...name, routes: [], outcome: notFound('the listener has no routes yet') };
  const headers = routedHeaders(asked.request);
  const { host, trials, won } = tryRoutes(way.routes, headers, routeContext(), asked.locate);
  if (host === undefined) return { ...name, routes: [], outcome: notFound('no virtual host has this host') };
  const outcome =
    won === undefined
      ? notFound('no route of the virtual host matches')
      : outcomeOf({ ...won, host }, headers, destination);
  return { ...name, virtualHost: host.name, routes: trials, outcome };
}

function describer({ snapshot, config }: Asked): (wanted: DestinationRequest) => DestinationOutcome {
  const workloads = workloadsByAddress(snapshot);
  return (wanted) => describeDestination(config, workloads, wanted);
}

function tcpDestinations({ clusterSpecifier: specifier }: TcpProxy): DestinationRequest[] {
  if (specifier.case === 'cluster') return [{ cluster: specifier.value, percent: PERCENT_ALL }];
  const clusters = specifier.case === 'weightedClusters' ? specifier.value.clusters : [];
  const total = clusters.reduce((sum, { weight }) => sum + weight, 0);
  return clusters.map(({ name, weight }) => ({ cluster: name, percent: (weight * PERCENT_ALL) / total }));
}

/** With what Mixer's rules say where the request would arrive. */
async function withPolicy({ snapshot, proxy, request, locate }: Asked, found: Found): Promise<Found> {
  const { outcome } = found;
  if (outcome.kind !== 'forward') return found;
  const checker = new PolicyChecker(snapshot, locate);
  const destinations: DestinationOutcome[] = [];
  for (const destination of outcome.destinations) {
    const workload = destination.endpoints.find((endpoint) => endpoint.workload !== undefined)?.workload;
    const authority = outcome.authority ?? request.authority;
    const policy =
      workload === undefined ? undefined : await checker.check(proxy.workload, workload, { ...request, authority });
    destinations.push({ ...destination, ...(policy && { policy }) });
  }
  checker.close();
  return { ...found, outcome: { ...outcome, destinations } };
}

/** What depends on chance holds: an explanation says what can happen, and how often. */
function routeContext(): RouteContext {
  return { random: ALWAYS, runtime: new Runtime() };
}

function notFound(reason: string): NoneOutcome {
  return { kind: 'none', status: 404, flag: 'NR', reason };
}

function refused(proxy: ProxyNode, { port }: RequestSpec): Found {
  const who = proxy.kind === 'router' ? 'the gateway' : 'the sidecar';
  return {
    routes: [],
    outcome: { kind: 'none', reason: `${who} does not listen on port ${port}: the connection is refused` },
  };
}
