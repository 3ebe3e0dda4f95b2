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
    const vhost = this.domains.find(this.ignorePort ? withoutPort(request.host) : request.host);
    if (vhost === undefined) return undefined;
    if (vhost.requireTls !== 'no' && request.scheme !== 'https') {
      if (vhost.requireTls === 'all' || request.internal !== true) return vhost.toHttps;
    }
    for (const route of vhost.routes) if (route.matches(request)) return route.entry;
    return undefined;
  }
}

function withoutPort(host: string): string {
  const colon = host.lastIndexOf(':');
  if (colon === -1 || host.endsWith(']')) return host;
  return host.slice(0, colon);
}
