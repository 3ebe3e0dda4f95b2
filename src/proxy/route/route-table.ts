import { withoutPort } from '../../base/without-port.js';
import type { RouteConfiguration } from '../../xds/types/gen/envoy/config/route/v3/route_pb.js';
import { DomainTable } from './domain-table.js';
import type { FilterConfigCompiler } from './filter-overrides.js';
import { type CompiledHost, HostCompiler } from './host-compiler.js';
import type { RouteContext } from './route-context.js';
import type { RouteEntry } from './route-entry.js';
import type { RoutedHeaders } from './route-match.js';

export type { RouteEntry, VirtualHost } from './route-entry.js';

/** A RouteConfiguration, compiled. */
export class RouteTable {
  readonly name: string;
  private readonly domains: DomainTable<CompiledHost>;
  private readonly ignorePort: boolean;

  /** @throws ConfigError with the path of the field */
  constructor(
    readonly config: RouteConfiguration,
    context: RouteContext,
    compileFilterConfig: FilterConfigCompiler,
  ) {
    this.name = config.name;
    this.ignorePort = config.ignorePortInHostMatching;
    this.domains = new DomainTable(config.name);
    const hosts = new HostCompiler(config, context, (override, path) => compileFilterConfig(override, path, context));
    config.virtualHosts.forEach((vhost, i) => {
      const path = `virtual_hosts[${i}]`;
      const compiled = hosts.compile(vhost, path);
      vhost.domains.forEach((domain, j) => {
        this.domains.add(domain, compiled, `${path}.domains[${j}]`);
      });
    });
  }

  find(request: RoutedHeaders): RouteEntry | undefined {
    const vhost = this.hostOf(request);
    if (vhost === undefined) return undefined;
    if (asksForTls(vhost, request)) return vhost.toHttps;
    for (const route of vhost.routes) if (route.matches(request)) return route.entry;
    return undefined;
  }

  /** As {@link find}, with the place of what it found: for whoever explains it, not for requests. */
  locate(request: RoutedHeaders): RoutePlace | undefined {
    const vhost = this.hostOf(request);
    if (vhost === undefined) return undefined;
    if (asksForTls(vhost, request)) return { host: vhost.name, index: undefined, entry: vhost.toHttps };
    const index = vhost.routes.findIndex((route) => route.matches(request));
    if (index === -1) return { host: vhost.name, index: undefined, entry: undefined };
    return { host: vhost.name, index, entry: vhost.routes[index]!.entry };
  }

  private hostOf({ host }: RoutedHeaders): CompiledHost | undefined {
    return this.domains.find(this.ignorePort ? withoutPort(host) : host);
  }
}

/** Where in a table a route stands. */
export interface RoutePlace {
  /** Name of the virtual host. */
  readonly host: string;
  /** Of the route in its virtual host; undefined where none matches, or where the host itself answers. */
  readonly index: number | undefined;
  readonly entry: RouteEntry | undefined;
}

function asksForTls({ requireTls }: CompiledHost, request: RoutedHeaders): boolean {
  if (requireTls === 'no' || request.scheme === 'https') return false;
  return requireTls === 'all' || request.internal !== true;
}
