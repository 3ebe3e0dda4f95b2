import type { ProxyNode } from '../model/proxy.js';
import type { Service } from '../model/types.js';

/**
 * All ways in which a program in the proxy's namespace may write a service's host: whole, shortened by what its resolv.conf
 * would add, or as address; each with and without the port.
 */
export function domainsOf(service: Service, proxy: ProxyNode, clusterDomain: string, port: number): string[] {
  const names = [
    ...hostForms(service, proxy, clusterDomain),
    ...service.addresses.filter((address) => !address.includes('/')),
  ];
  return names.flatMap((name) => withPort(name, port));
}

export function hostForms(service: Service, proxy: Pick<ProxyNode, 'namespace'>, clusterDomain: string): string[] {
  return [service, ...(service.aliases ?? [])].flatMap((named) => formsOf(named, proxy, clusterDomain));
}

type Named = Pick<Service, 'hostname' | 'namespace'> & Partial<Pick<Service, 'resolution'>>;

function formsOf(
  { hostname, namespace, resolution }: Named,
  proxy: Pick<ProxyNode, 'namespace'>,
  clusterDomain: string,
): string[] {
  const suffix = `.${namespace}.svc.${clusterDomain}`;
  if (!hostname.endsWith(suffix)) return [hostname];
  const name = hostname.slice(0, -suffix.length);
  const short = namespace === proxy.namespace ? [name] : [];
  const perPod = resolution === 'original' ? [`*.${hostname}`] : [];
  return [hostname, ...short, `${name}.${namespace}`, `${name}.${namespace}.svc`, ...perPod];
}

/** A wildcard host cannot carry a port as well: Envoy allows one wildcard, at one end. */
export function withPort(name: string, port: number): string[] {
  const host = name.includes(':') ? `[${name}]` : name;
  return [host, `${host}:${port}`];
}

/** Envoy refuses a route configuration in which a domain stands twice: the first keeps it. */
export function takeNew(domains: readonly string[], taken: Set<string>): string[] {
  return domains.filter((domain) => {
    if (taken.has(domain)) return false;
    taken.add(domain);
    return true;
  });
}
