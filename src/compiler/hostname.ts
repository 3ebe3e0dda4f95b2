import type { IstioService } from '../resources/istio/istio-service.js';

/** `reviews.shop.svc.cluster.local` */
export function serviceHostname(name: string, namespace: string, domain: string): string {
  return `${name}.${namespace}.svc.${domain}`;
}

/** The whole host name of a host in a rule: a name without dots is a service in the rule's own namespace. */
export function resolveShortHost(host: string, namespace: string, domain: string): string {
  if (host.includes('.') || host === '*') return host.toLowerCase();
  return serviceHostname(host.toLowerCase(), namespace, domain);
}

/** The same for the way in which Istio 0.7 names a service. */
export function resolveIstioService(service: IstioService, namespace: string, domain: string): string {
  if (service.service) return service.service.toLowerCase();
  const suffix = service.domain ?? `svc.${domain}`;
  return `${service.name ?? ''}.${service.namespace ?? namespace}.${suffix}`;
}

/** `*.example.com` covers `a.example.com` and `a.b.example.com`; anything else only itself. */
export function hostCovers(pattern: string, host: string): boolean {
  if (pattern === '*') return true;
  if (!pattern.startsWith('*')) return pattern === host;
  const suffix = pattern.slice(1);
  return host.endsWith(suffix) && host.length > suffix.length;
}

/** The hosts that both cover, written as narrow as they are; undefined where there are none. */
export function intersectHosts(left: string, right: string): string | undefined {
  if (hostCovers(left, right)) return right;
  return hostCovers(right, left) ? left : undefined;
}
