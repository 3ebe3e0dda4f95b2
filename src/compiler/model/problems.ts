import { groupBy } from '../group-by.js';
import { hostCovers } from '../hostname.js';
import type { ObjectRef, Problem } from '../snapshot.js';
import { destinationProblems } from './destination-problems.js';
import type { DestinationRuleModel } from './destination-types.js';
import { gatewayProblems } from './gateway-problems.js';
import { MESH_GATEWAY } from './routes.js';
import type { Destination, Mesh, Route, RouteTable } from './types.js';
import { visibilityRank } from './visibility.js';

/** Stands for namespaces that nothing names. */
const ANY_OTHER_NAMESPACE = '';

type Parts = Omit<Mesh, 'problems' | 'rulesAskForCaller'>;

/** References that lead nowhere, and claims that another object made first. */
export function findProblems(mesh: Parts): Problem[] {
  return [
    ...mesh.routeTables.flatMap((table) => [...danglingDestinations(mesh, table), ...danglingGateways(mesh, table)]),
    ...hostConflicts(mesh),
    ...sidecarConflicts(mesh),
    ...gatewayProblems(mesh),
    ...danglingRules(mesh),
    ...destinationProblems(mesh),
  ];
}

function danglingDestinations(mesh: Parts, table: RouteTable): Problem[] {
  const seen = new Set<string>();
  const l4 = [...table.tls, ...table.tcp].map(({ origin, destinations }) => ({
    ...{ origin, destinations },
    effect: 'connections routed to it are closed',
  }));
  const http = table.routes.map((route) => ({
    ...{ origin: route.origin, destinations: destinationsOf(route) },
    effect: 'requests routed to it get 503',
  }));
  return [...http, ...l4].flatMap(({ origin, destinations, effect }) =>
    destinations.flatMap((destination): Problem[] => {
      const missing = whatIsMissing(mesh, destination);
      if (missing === undefined || seen.has(origin.name + missing)) return [];
      seen.add(origin.name + missing);
      return [unresolved(origin, 'DestinationNotFound', `${missing}; ${effect}`)];
    }),
  );
}

function destinationsOf({ action }: Route): Destination[] {
  if (action.kind !== 'forward') return [];
  return [...action.destinations, ...action.mirrors.map(({ destination }) => destination)];
}

function whatIsMissing(mesh: Parts, { host, subset, port }: Destination): string | undefined {
  const service = mesh.services.get(host);
  if (service === undefined) return `No service ${host} is known`;
  if (port !== undefined && !service.ports.some(({ number }) => number === port)) {
    return `The service ${host} has no port ${port}`;
  }
  const rules = rulesFor(mesh, host);
  if (subset === undefined || rules.some(({ subsets }) => subsets.has(subset))) return undefined;
  return `No DestinationRule for ${host} has the subset ${subset}`;
}

/** Those of the host itself, and those with a wildcard that covers it. */
function rulesFor({ destinationRules }: Parts, host: string): readonly DestinationRuleModel[] {
  return [...destinationRules].flatMap(([pattern, rules]) => (hostCovers(pattern, host) ? rules : []));
}

function danglingGateways(mesh: Parts, table: RouteTable): Problem[] {
  const known = new Set(mesh.gateways.map(({ key }) => key));
  return table.gateways
    .filter((name) => name !== MESH_GATEWAY && !known.has(name))
    .flatMap((name) =>
      table.origins.map((origin) => unresolved(origin, 'GatewayNotFound', `No Gateway ${name} exists`)),
    );
}

/** A table that no namespace takes a host from, because wherever it is seen another one has the host first. */
function hostConflicts(mesh: Parts): Problem[] {
  const claims = groupBy(
    mesh.routeTables
      .filter(({ gateways }) => gateways.includes(MESH_GATEWAY))
      .flatMap((table) => table.hosts.map((host) => ({ host, table }))),
    ({ host }) => host,
  );
  return [...claims].flatMap(([host, claimants]) => {
    if (claimants.length < 2) return [];
    const viewers = [...viewersOf(claimants.map(({ table }) => table))];
    return claimants.flatMap(({ table }) => {
      const owners = viewers
        .filter((viewer) => rankFor(table, viewer) !== undefined)
        .map((viewer) => firstFor(claimants, viewer));
      const owner = owners.find((one) => one !== table);
      if (owners.includes(table) || owner === undefined) return [];
      return table.origins.map((origin) => conflict(origin, owner, host));
    });
  });
}

/** Every namespace that one of the tables tells from others, and one for all the rest. */
function viewersOf(tables: readonly RouteTable[]): Set<string> {
  const named = tables.flatMap(({ namespace, exportTo = [] }) => [namespace, ...exportTo]);
  return new Set([...named.filter((name) => !['.', '*', '~'].includes(name)), ANY_OTHER_NAMESPACE]);
}

function rankFor({ exportTo, namespace }: RouteTable, viewer: string): number | undefined {
  return visibilityRank(exportTo, namespace, viewer);
}

function firstFor(claimants: readonly { readonly table: RouteTable }[], viewer: string): RouteTable | undefined {
  const seen = claimants.filter(({ table }) => rankFor(table, viewer) !== undefined);
  return seen.sort((left, right) => rankFor(left.table, viewer)! - rankFor(right.table, viewer)!)[0]?.table;
}

function conflict(object: ObjectRef, owner: RouteTable, host: string): Problem {
  const { kind, namespace, name } = owner.origins[0]!;
  const message = `${kind} ${namespace}/${name} has the host ${host} too, and comes first: for sidecars it alone applies`;
  return { object, type: 'Accepted', reason: 'HostConflict', message };
}

function danglingRules(mesh: Parts): Problem[] {
  return [...mesh.destinationRules]
    .filter(([host]) => !host.startsWith('*') && !mesh.services.has(host))
    .flatMap(([host, rules]) => rules.flatMap(({ origins }) => origins.map((origin) => ({ host, origin }))))
    .map(({ host, origin }) => unresolved(origin, 'HostNotFound', `No service ${host} is known`));
}

function unresolved(object: ObjectRef, reason: string, message: string): Problem {
  return { object, type: 'ResolvedRefs', reason, message };
}

/** Of several Sidecars without selector in a namespace the oldest holds; with the same selector likewise. */
function sidecarConflicts({ sidecars }: Parts): Problem[] {
  const groups = groupBy(sidecars, ({ namespace, selector }) => `${namespace}|${JSON.stringify(selector ?? null)}`);
  return [...groups.values()].flatMap(([first, ...others]) =>
    others.map(({ origin, selector }) => {
      const same = selector ? 'selects the same pods' : 'is for all pods of the namespace too';
      const message = `Never applies: Sidecar ${first!.origin.namespace}/${first!.origin.name} ${same}, and comes first`;
      return { object: origin, type: 'Accepted', reason: 'Conflict', message };
    }),
  );
}
