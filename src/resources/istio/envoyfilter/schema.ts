import { int32, kindSchema, list, object, oneOf, opaque, string, stringMap, uint32 } from '../schemas.js';

const listenerMatch = object({
  portNumber: uint32,
  portName: string,
  filterChain: object({
    name: string,
    sni: string,
    transportProtocol: string,
    applicationProtocols: string,
    filter: object({ name: string, subFilter: object({ name: string }) }),
    destinationPort: uint32,
  }),
  listenerFilter: string,
  name: string,
});

const routeConfigurationMatch = object({
  portNumber: uint32,
  portName: string,
  gateway: string,
  vhost: object({
    name: string,
    domainName: string,
    route: object({ name: string, action: oneOf('ANY', 'ROUTE', 'REDIRECT', 'DIRECT_RESPONSE') }),
  }),
  name: string,
});

const match = object({
  context: oneOf('ANY', 'SIDECAR_INBOUND', 'SIDECAR_OUTBOUND', 'GATEWAY', 'WAYPOINT'),
  proxy: object({ proxyVersion: string, metadata: stringMap }),
  listener: listenerMatch,
  routeConfiguration: routeConfigurationMatch,
  cluster: object({ portNumber: uint32, service: string, subset: string, name: string }),
  waypoint: opaque,
});

const applyTo = oneOf(
  ...['INVALID', 'LISTENER', 'FILTER_CHAIN', 'NETWORK_FILTER', 'HTTP_FILTER', 'ROUTE_CONFIGURATION', 'VIRTUAL_HOST'],
  ...['HTTP_ROUTE', 'CLUSTER', 'EXTENSION_CONFIG', 'BOOTSTRAP', 'LISTENER_FILTER'],
);
const operation = oneOf(
  ...['INVALID', 'MERGE', 'ADD', 'REMOVE', 'INSERT_BEFORE', 'INSERT_AFTER', 'INSERT_FIRST', 'REPLACE'],
);

export const envoyFilterSchema = kindSchema(
  'EnvoyFilter: changes to what proxies are told, in words of Envoy',
  object({
    workloadSelector: object({ labels: stringMap }),
    targetRefs: list(object({ group: string, kind: string, name: string, namespace: string })),
    configPatches: list(
      object({
        applyTo,
        match,
        patch: object({ operation, value: opaque, filterClass: oneOf('UNSPECIFIED', 'AUTHN', 'AUTHZ', 'STATS') }),
      }),
    ),
    priority: int32,
  }),
);
