import type { ObjectRef, Problem } from '../snapshot.js';
import { MESH_GATEWAY } from './routes.js';
import type { Destination, Mesh, Route, RouteTable } from './types.js';

type Parts = Omit<Mesh, 'problems' | 'rulesAskForCaller'>;

/** References that lead nowhere, and claims that another object made first. */
export function findProblems(mesh: Parts): Problem[] {
  return [
    ...mesh.routeTables.flatMap((table) => [...danglingDestinations(mesh, table), ...danglingGateways(mesh, table)]),
    ...hostConflicts(mesh),
    ...danglingRules(mesh),
  ];
}

function danglingDestinations(mesh: Parts, table: RouteTable): Problem[] {
  const seen = new Set<string>();
  return table.routes.flatMap((route) =>
    destinationsOf(route).flatMap((destination): Problem[] => {
      const message = whatIsMissing(mesh, destination);
      if (message === undefined || seen.has(route.origin.name + message)) return [];
      seen.add(route.origin.name + message);
      return [unresolved(route.origin, 'DestinationNotFound', message)];
    }),
  );
}

function destinationsOf({ action }: Route): Destination[] {
  if (action.kind !== 'forward') return [];
  return [...action.destinations, ...action.mirrors.map(({ destination }) => destination)];
}

function whatIsMissing(mesh: Parts, { host, subset, port }: Destination): string | undefined {
  const service = mesh.services.get(host);
  if (service === undefined) return `No service ${host} is known; requests routed to it get 503`;
  if (port !== undefined && !service.ports.some(({ number }) => number === port)) {
    return `The service ${host} has no port ${port}; requests routed to it get 503`;
  }
  const rules = mesh.destinationRules.get(host) ?? [];
  if (subset === undefined || rules.some(({ subsets }) => subsets.has(subset))) return undefined;
  return `No DestinationRule for ${host} has the subset ${subset}; requests routed to it get 503`;
}

function danglingGateways(mesh: Parts, table: RouteTable): Problem[] {
  const known = new Set(mesh.gateways.map(({ key }) => key));
  return table.gateways
    .filter((name) => name !== MESH_GATEWAY && !known.has(name))
    .flatMap((name) =>
      table.origins.map((origin) => unresolved(origin, 'GatewayNotFound', `No Gateway ${name} exists`)),
    );
}

function hostConflicts(mesh: Parts): Problem[] {
  const owners = new Map<string, RouteTable>();
  const problems: Problem[] = [];
  for (const table of mesh.routeTables.filter(({ gateways }) => gateways.includes(MESH_GATEWAY))) {
    for (const host of table.hosts) {
      const owner = owners.get(host);
      if (owner === undefined) owners.set(host, table);
      else if (owner !== table) problems.push(...table.origins.map((origin) => conflict(origin, owner, host)));
    }
  }
  return problems;
}

function conflict(object: ObjectRef, owner: RouteTable, host: string): Problem {
  const { kind, namespace, name } = owner.origins[0]!;
  const message = `${kind} ${namespace}/${name} is older and has the host ${host} too: for sidecars it alone applies`;
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
