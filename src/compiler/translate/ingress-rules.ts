import type { HttpMatchRequest, HttpRoute, VirtualService } from '../../resources/istio/virtualservice/types.js';

/**
 * In Istio 0.7 the RouteRules of a service held for requests from the ingress too. So a route of an Ingress to a service with
 * RouteRules becomes the service's own routes, each limited to the Ingress' path.
 */
export function applyRouteRules(route: HttpRoute, byHost: ReadonlyMap<string, VirtualService>): HttpRoute[] {
  const destination = route.route?.[0]?.destination;
  const rules = byHost.get(destination?.host ?? '')?.spec.http;
  if (destination === undefined || rules === undefined) return [route];
  return rules.flatMap((rule) => {
    const match = combine(route.match, rule.match);
    if (match === undefined) return [];
    const { match: _, ...action } = rule;
    return [{ ...action, ...(match.length > 0 ? { match } : {}), ...withPort(rule, destination) }];
  });
}

type PortOf = NonNullable<HttpRoute['route']>[number]['destination'];

/** The rules do not name a port: it is the one that the Ingress names. */
function withPort(rule: HttpRoute, { host, port }: PortOf): Pick<HttpRoute, 'route' | 'mirror'> {
  const at = (destination: PortOf): PortOf =>
    destination.host === host && port ? { ...destination, port } : destination;
  return {
    ...(rule.route ? { route: rule.route.map((entry) => ({ ...entry, destination: at(entry.destination) })) } : {}),
    ...(rule.mirror ? { mirror: at(rule.mirror) } : {}),
  };
}

/** What both ask for; empty: every request; undefined: nothing can be both. */
function combine(
  ingress: readonly HttpMatchRequest[] | undefined,
  rule: readonly HttpMatchRequest[] | undefined,
): HttpMatchRequest[] | undefined {
  if (!ingress?.length) return [...(rule ?? [])];
  if (!rule?.length) return [...ingress];
  const both = ingress.flatMap((outer) => rule.flatMap((inner) => intersect(outer, inner)));
  return both.length > 0 ? both : undefined;
}

function intersect(outer: HttpMatchRequest, inner: HttpMatchRequest): HttpMatchRequest[] {
  if (outer.uri === undefined || inner.uri === undefined) return [{ ...outer, ...inner }];
  if (covers(outer.uri, inner.uri)) return [{ ...outer, ...inner }];
  return covers(inner.uri, outer.uri) ? [{ ...inner, ...outer }] : [];
}

type Uri = NonNullable<HttpMatchRequest['uri']>;

/** Whether every path that `narrow` matches is one that `wide` matches. Regular expressions are not compared. */
function covers(wide: Uri, narrow: Uri): boolean {
  if (wide.exact !== undefined) return wide.exact === narrow.exact;
  const path = narrow.exact ?? narrow.prefix;
  return path?.startsWith(wide.prefix ?? '?') ?? false;
}
