import type { RouteTable, Service } from './types.js';

/** Host of a Service of type ExternalName -> the host that it stands for. */
export type Aliases = ReadonlyMap<string, string>;

/**
 * A Service of type ExternalName that names another service is that service under one more name: it has no clusters of its own. What
 * names something that the mesh does not know stays a host to be looked up.
 */
export function resolveAliases(services: Map<string, Service>): Aliases {
  const aliases = new Map<string, string>();
  for (const { hostname, externalName } of [...services.values()]) {
    const host = externalName?.toLowerCase().replace(/\.$/, '');
    const target = host === undefined ? undefined : services.get(host);
    if (target && target.externalName === undefined) aliases.set(hostname, target.hostname);
  }
  for (const [alias, host] of aliases) {
    const target = services.get(host)!;
    const { hostname, namespace } = services.get(alias)!;
    services.delete(alias);
    services.set(host, { ...target, aliases: [...(target.aliases ?? []), { hostname, namespace }], composite: true });
  }
  return aliases;
}

/** Tables whose routes lead to the services behind aliases. */
export function withoutAliases(tables: readonly RouteTable[], aliases: Aliases): readonly RouteTable[] {
  if (aliases.size === 0) return tables;
  const resolve = <T extends { readonly host: string }>(destination: T): T => {
    const host = aliases.get(destination.host);
    return host === undefined ? destination : { ...destination, host };
  };
  return tables.map((table) => ({
    ...table,
    routes: table.routes.map((route) => ({ ...route, action: resolveAction(route.action, resolve) })),
    tls: table.tls.map((route) => ({ ...route, destinations: route.destinations.map(resolve) })),
    tcp: table.tcp.map((route) => ({ ...route, destinations: route.destinations.map(resolve) })),
  }));
}

type Action = RouteTable['routes'][number]['action'];

function resolveAction(action: Action, resolve: <T extends { readonly host: string }>(destination: T) => T): Action {
  if (action.kind !== 'forward') return action;
  const mirrors = action.mirrors.map((mirror) => ({ ...mirror, destination: resolve(mirror.destination) }));
  return { ...action, destinations: action.destinations.map(resolve), mirrors };
}
