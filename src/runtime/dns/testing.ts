import type { DnsService, ServiceDirectory } from './service-directory.js';

/** A directory of given services, for tests. */
export function directoryOf(...services: readonly DnsService[]): ServiceDirectory {
  return {
    service: (namespace, name) => services.find((each) => each.namespace === namespace && each.name === name),
    hasNamespace: (namespace) => services.some((each) => each.namespace === namespace),
    serviceAt: (clusterIP) => services.find((each) => each.clusterIP === clusterIP),
    endpointsAt: (podIP) =>
      services.flatMap(({ namespace, name: service, endpoints }) =>
        endpoints.filter(({ ip }) => ip === podIP).map((endpoint) => ({ namespace, service, endpoint })),
      ),
  };
}

export const REVIEWS: DnsService = {
  namespace: 'default',
  name: 'reviews',
  clusterIP: '10.96.3.4',
  ports: [{ name: 'http', protocol: 'tcp', port: 9080 }],
  endpoints: [],
};

export const DATABASE: DnsService = {
  namespace: 'data',
  name: 'db',
  ports: [{ name: 'mysql', protocol: 'tcp', port: 3306 }],
  endpoints: [{ ip: '10.244.0.7', hostname: 'db-0' }, { ip: '10.244.0.8' }],
};

export const OUTSIDE: DnsService = {
  namespace: 'default',
  name: 'outside',
  externalName: 'api.example.org',
  ports: [],
  endpoints: [],
};
