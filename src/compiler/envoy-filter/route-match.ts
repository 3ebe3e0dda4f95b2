import type { RouteConfigurationMatch } from '../../resources/istio/envoyfilter/types.js';
import type { Route, VirtualHost } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import type { Context } from './patch-types.js';

type Match = RouteConfigurationMatch | undefined;

const ACTIONS: ReadonlyMap<string | undefined, string> = new Map([
  ['route', 'ROUTE'],
  ['redirect', 'REDIRECT'],
  ['directResponse', 'DIRECT_RESPONSE'],
]);

/** Port name and Gateway count at gateways only. */
export function matchesRouteConfiguration(match: Match, name: string, context: Context): boolean {
  if (match === undefined) return true;
  if (match.name && match.name !== name) return false;
  if (context !== 'GATEWAY') return !match.portNumber || match.portNumber === portOf(name);
  const { port, portName, gateway } = gatewayRoutesOf(name);
  return (
    (!match.portNumber || match.portNumber === port) &&
    (!match.portName || match.portName === portName) &&
    (!match.gateway || match.gateway === gateway)
  );
}

/** `inbound|8080||`, `8080`; others are of no port. */
function portOf(name: string): number {
  return Number(name.startsWith('inbound|') ? name.split('|')[1] : name);
}

/** `http.80`, `https.443.https-shop.edge.shop`: port, its name, and the Gateway. */
function gatewayRoutesOf(name: string): { port: number; portName: string; gateway: string } {
  const [kind, port, portName = '', gateway = '', namespace = ''] = name.split('.');
  if (kind !== 'https') return { port: Number(port), portName: '', gateway: '' };
  return { port: Number(port), portName, gateway: `${namespace}/${gateway}` };
}

export function matchesVirtualHost(match: Match, { name, domains }: VirtualHost): boolean {
  const host = match?.vhost;
  return (!host?.name || host.name === name) && (!host?.domainName || domains.includes(host.domainName));
}

/** Of a virtual host that matches. */
export function matchesRoute(match: Match, { name, action }: Route): boolean {
  const route = match?.vhost?.route;
  if (route?.name && route.name !== name) return false;
  const wanted = route?.action ?? 'ANY';
  const is = ACTIONS.get(action.case);
  return wanted === 'ANY' || is === undefined || is === wanted;
}
