import { hostCovers } from '../../compiler/hostname.js';
import type { ObjectRef } from '../../compiler/index.js';
import type { DestinationRuleModel } from '../../compiler/model/destination-types.js';
import type { Labels, Mesh, Route, RouteTable, Service } from '../../compiler/model/types.js';
import { matchesLabels } from '../../resources/labels/selector.js';

const MESH = 'mesh';

/** Names without the namespace that the command works in, as istioctl writes them. */
export type Shorten = (ref: Pick<ObjectRef, 'namespace' | 'name'>) => string;

function covers(pattern: string, host: string): boolean {
  return pattern === host || hostCovers(pattern, host);
}

/** The DestinationRules of a service, and which of their subsets a pod is in. */
export function destinationRuleLines(
  mesh: Mesh,
  { hostname }: Service,
  pod: Labels | undefined,
  shorten: Shorten,
): string[] {
  return [...mesh.destinationRules]
    .filter(([host]) => covers(host, hostname))
    .flatMap(([host, rules]) =>
      rules.flatMap((rule) => [
        ...rule.origins.map((origin) => `${origin.kind}: ${shorten(origin)} for ${JSON.stringify(host)}`),
        ...subsetLines(rule, pod),
        ...policyLines(rule),
        ...rule.origins.flatMap((origin) => problemLines(mesh, origin)),
      ]),
    );
}

function subsetLines({ subsets }: DestinationRuleModel, pod: Labels | undefined): string[] {
  if (subsets.size === 0) return [];
  if (pod === undefined) return [`   Subsets: ${[...subsets.keys()].join(',')}`];
  const matching = [...subsets].filter(([, { labels }]) => matchesLabels(labels, pod)).map(([name]) => name);
  const others = [...subsets.keys()].filter((name) => !matching.includes(name));
  const rest = others.length === 0 ? [] : [`      (Non-matching subsets ${others.join(',')})`];
  return matching.length === 0
    ? [`   WARNING POD DOES NOT MATCH ANY SUBSETS.  (Non matching subsets ${others.join(',')})`]
    : [`   Matching subsets: ${matching.join(',')}`, ...rest];
}

const POLICY_WORDS: Readonly<Record<string, string>> = {
  loadBalancer: 'load balancer',
  connectionPool: 'connection pool',
  outlierDetection: 'outlier detection',
  tls: 'TLS',
  portLevelSettings: 'ports',
};

function policyLines({ trafficPolicy, subsets }: DestinationRuleModel): string[] {
  const parts = Object.keys(trafficPolicy ?? {}).map((field) => POLICY_WORDS[field] ?? field);
  const own = [...subsets]
    .filter(([, subset]) => subset.trafficPolicy)
    .map(([name]) => `   Traffic Policy of subset ${name}`);
  return [parts.length === 0 ? '   No Traffic Policy' : `   Traffic Policy: ${parts.join(', ')}`, ...own];
}

/** The routes by which a service's callers in the mesh are sent, and whether they lead to a pod. */
export function routeLines(mesh: Mesh, service: Service, pod: Labels | undefined, shorten: Shorten): string[] {
  const tables = mesh.routeTables.filter(
    ({ gateways, hosts }) => gateways.includes(MESH) && hosts.some((host) => covers(host, service.hostname)),
  );
  return tables.flatMap((table, index) => [
    ...(index > 0 && pod === undefined ? ['   (an older rule has the host too)'] : []),
    ...tableLines(mesh, table, service, pod, shorten),
  ]);
}

function tableLines(
  mesh: Mesh,
  table: RouteTable,
  service: Service,
  pod: Labels | undefined,
  shorten: Shorten,
): string[] {
  return table.origins.flatMap((origin) => {
    const routes = table.origins.length === 1 ? table.routes : table.routes.filter((route) => route.origin === origin);
    const lines = [`${origin.kind}: ${shorten(origin)}`, `   ${routes.length} HTTP route(s)`];
    const leading = routes.map((route) => leadsTo(mesh, route, service, pod));
    for (const [i, route] of routes.entries()) lines.push(`   ${describeRoute(route, leading[i]!)}`);
    if (pod !== undefined && routes.length > 0 && !leading.some((leads) => leads !== false)) {
      lines.push(`   WARNING: No destinations match pod subsets (checked ${routes.length} HTTP routes)`);
    }
    return [...lines, ...problemLines(mesh, origin)];
  });
}

/** Undefined where the route says nothing of this service's pods. */
function leadsTo(mesh: Mesh, { action }: Route, { hostname }: Service, pod: Labels | undefined): boolean | undefined {
  if (action.kind !== 'forward' || pod === undefined) return undefined;
  const own = action.destinations.filter(({ host }) => host === hostname);
  if (own.length === 0) return undefined;
  const rules = mesh.destinationRules.get(hostname) ?? [];
  return own.some(({ subset }) => {
    if (subset === undefined) return true;
    const labels = rules.flatMap(({ subsets }) => subsets.get(subset) ?? [])[0]?.labels;
    return labels !== undefined && matchesLabels(labels, pod);
  });
}

function describeRoute(route: Route, leads: boolean | undefined): string {
  const { action, matches } = route;
  const when = matches.length === 0 ? 'everything' : matches.map(describeMatch).join(' or ');
  const what = [describeAction(action), ...(route.fault ? ['with a fault'] : [])].join(' ');
  const note = leads === false ? '  (not to this pod)' : '';
  return `${when}: ${what}${note}`;
}

function describeAction(action: Route['action']): string {
  if (action.kind === 'redirect') return 'redirect';
  if (action.kind === 'directResponse') return `answer ${action.status}`;
  return action.destinations
    .map(
      ({ host, subset, weight }) =>
        `${weight === 100 ? '' : `${weight}% `}${host.split('.')[0]}${subset ? ` subset ${subset}` : ''}`,
    )
    .join(', ');
}

function describeMatch(match: Route['matches'][number]): string {
  const parts: string[] = [];
  if (match.uri) parts.push(describeText(match.uri));
  for (const [name, value] of Object.entries(match.headers ?? {})) parts.push(`${name}=${describeText(value)}`);
  for (const field of ['method', 'authority', 'scheme'] as const) {
    const value = match[field];
    if (value) parts.push(`${field} ${describeText(value)}`);
  }
  if (match.port !== undefined) parts.push(`port ${match.port}`);
  if (match.sourceLabels)
    parts.push(
      `from ${Object.entries(match.sourceLabels)
        .map((pair) => pair.join('='))
        .join(',')}`,
    );
  if (match.sourceNamespace) parts.push(`from namespace ${match.sourceNamespace}`);
  return parts.length === 0 ? 'everything' : parts.join(' ');
}

function describeText(value: { readonly exact?: string; readonly prefix?: string; readonly regex?: string }): string {
  if (value.exact !== undefined) return value.exact;
  if (value.prefix !== undefined) return `${value.prefix}*`;
  return value.regex === undefined ? '*' : `regex ${value.regex}`;
}

function problemLines({ problems }: Mesh, origin: ObjectRef): string[] {
  const own = problems.filter(
    ({ object: { kind, namespace, name } }) =>
      kind === origin.kind && namespace === origin.namespace && name === origin.name,
  );
  return own.map(({ message }) => `   WARNING: ${message}`);
}

/** How the service is reached from outside: `Exposed through Gateway shop/gate: http://shop.example.com`. */
export function exposureLines(mesh: Mesh, { hostname }: Service, shorten: Shorten): string[] {
  return mesh.routeTables.flatMap((table) => {
    const routes = table.routes.filter(
      ({ action }) => action.kind === 'forward' && action.destinations.some(({ host }) => host === hostname),
    );
    const gateways = table.gateways.filter((gateway) => gateway !== MESH);
    if (routes.length === 0 || gateways.length === 0) return [];
    const ports = mesh.gateways
      .filter(({ key }) => gateways.includes(key))
      .flatMap(({ servers }) => servers.map(({ port }) => port));
    return [
      `Exposed on Ingress Gateway: ${table.hosts.join(', ')}${ports.length > 0 ? ` port ${[...new Set(ports)].join(', ')}` : ''}`,
      ...table.origins.map((origin) => `${origin.kind}: ${shorten(origin)}`),
      ...routes.map((route) => `   ${describeRoute(route, undefined)}`),
    ];
  });
}
