import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldError } from '../kind.js';
import type { KubeObject } from '../object.js';
import type { Schema } from '../schema.js';
import { ISTIO_KINDS } from './index.js';
import { UNSUPPORTED_FIELDS } from './unsupported.js';

function kindOf(name: string) {
  return ISTIO_KINDS.find(({ kind }) => kind === name) ?? assert.fail(`${name} is not registered`);
}

function errorsOf(kind: string, spec: unknown): FieldError[] {
  const definition = kindOf(kind);
  const version = definition.versions.find(({ storage }) => storage)!;
  const apiVersion = `${definition.group}/${version.name}`;
  const object: KubeObject = { apiVersion, kind, metadata: { name: 'test', namespace: 'shop' }, spec };
  return definition.validate!(object);
}

/** `field: message` of each error. */
function complaints(kind: string, spec: unknown): string[] {
  return errorsOf(kind, spec).map(({ field, message }) => `${field}: ${message}`);
}

const CASES: readonly { name: string; kind: string; spec: unknown; expected: readonly string[] }[] = [
  {
    name: 'RouteRule: a rule without destination says which service is meant to stand there',
    kind: 'RouteRule',
    spec: undefined,
    expected: [
      'spec.destination: Required value: the service whose requests the rule routes, for example {name: reviews}',
    ],
  },
  {
    name: 'RouteRule: several weights must add up to 100',
    kind: 'RouteRule',
    spec: { destination: { name: 'cart' }, route: [{ weight: 60 }, { weight: 30 }] },
    expected: ['spec.route: Invalid value: 90: the weights must add up to 100'],
  },
  {
    name: 'RouteRule: one destination needs no weight',
    kind: 'RouteRule',
    spec: { destination: { name: 'cart' }, route: [{ labels: { version: 'v1' } }] },
    expected: [],
  },
  {
    name: 'RouteRule: a weight past 100',
    kind: 'RouteRule',
    spec: { destination: { name: 'cart' }, route: [{ weight: 101 }] },
    expected: [
      'spec.route[0].weight: Invalid value: 101: must be between 0 and 100',
      'spec.route: Invalid value: 101: the weights must add up to 100',
    ],
  },
  {
    name: 'RouteRule: faults within their ranges',
    kind: 'RouteRule',
    spec: {
      destination: { name: 'cart' },
      httpFault: { delay: { percent: 101, fixedDelay: '7' }, abort: { percent: 50, httpStatus: 600 } },
    },
    expected: [
      'spec.httpFault.delay.percent: Invalid value: 101: must be between 0 and 100',
      'spec.httpFault.delay.fixedDelay: Invalid value: "7": must be a duration with a unit, for example 1s, 250ms or 1h30m',
      'spec.httpFault.abort.httpStatus: Invalid value: 600: must be between 200 and 599',
    ],
  },
  {
    name: 'RouteRule: a header is matched in one way, by an RE2 expression that compiles',
    kind: 'RouteRule',
    spec: {
      destination: { name: 'cart' },
      match: { request: { headers: { 'user-agent': { regex: '(' }, cookie: { exact: 'a', prefix: 'b' } } } },
    },
    expected: [
      'spec.match.request.headers[user-agent].regex: Invalid value: "(": must be a regular expression in RE2 syntax: error parsing regexp: missing closing ): `(`',
      'spec.match.request.headers[cookie]: Invalid value: {"exact":"a","prefix":"b"}: must have only one of exact, prefix and regex',
    ],
  },
  {
    name: 'RouteRule: what Istio 0.7 did not do is refused with its path',
    kind: 'RouteRule',
    spec: { destination: { name: 'cart' }, l4Fault: { terminate: { percent: 10 } }, websocketUpgrade: true },
    expected: [
      'spec.l4Fault: Forbidden: Istio 0.7 has the field, and does not implement it either; see docs/compatibility.md',
    ],
  },
  {
    name: 'DestinationPolicy: must say something',
    kind: 'DestinationPolicy',
    spec: { destination: { name: 'cart' } },
    expected: ['spec: Required value: a policy: loadBalancing or circuitBreaker'],
  },
  {
    name: 'DestinationPolicy: an ejection percent past 100',
    kind: 'DestinationPolicy',
    spec: {
      destination: { name: 'cart' },
      circuitBreaker: { simpleCb: { httpMaxEjectionPercent: 101, sleepWindow: 'x' } },
    },
    expected: [
      'spec.circuitBreaker.simpleCb.httpMaxEjectionPercent: Invalid value: 101: must be between 0 and 100',
      'spec.circuitBreaker.simpleCb.sleepWindow: Invalid value: "x": must be a duration with a unit, for example 1s, 250ms or 1h30m',
    ],
  },
  {
    name: 'VirtualService: hosts and routes are needed',
    kind: 'VirtualService',
    spec: { hosts: ['cart'] },
    expected: ['spec.http: Required value: at least one route under http, tls or tcp'],
  },
  {
    name: 'VirtualService: a route does one thing, to destinations that are named',
    kind: 'VirtualService',
    spec: { hosts: ['cart'], http: [{ match: [{ uri: {} }] }, { route: [{ destination: { subset: 'v1' } }] }] },
    expected: [
      'spec.http[0].match[0].uri: Required value: one of exact, prefix and regex',
      'spec.http[0]: Required value: one of route, redirect, directResponse and delegate',
      'spec.http[1].route[0].destination.host: Required value: the service to route to, for example reviews',
    ],
  },
  {
    name: 'VirtualService: without hosts it is a delegate, which brings neither gateways nor delegates of its own',
    kind: 'VirtualService',
    spec: { gateways: ['edge'], http: [{ delegate: { name: 'other' } }] },
    expected: [
      'spec.gateways: Forbidden: may be set only together with spec.hosts: a VirtualService without hosts is one that others delegate to',
      'spec.http[0].delegate: Forbidden: a VirtualService without hosts may not delegate further',
    ],
  },
  {
    name: 'VirtualService: what delegates does nothing else',
    kind: 'VirtualService',
    spec: {
      hosts: ['cart'],
      http: [{ delegate: { name: 'other' }, route: [{ destination: { host: 'cart' } }] }, { delegate: {} }],
    },
    expected: [
      'spec.http[0].route: Forbidden: may not be set together with delegate',
      'spec.http[1].delegate.name: Required value: the VirtualService whose routes stand here',
    ],
  },
  {
    name: 'VirtualService: a CORS policy names origins, methods and whole seconds',
    kind: 'VirtualService',
    spec: {
      hosts: ['cart'],
      http: [
        {
          route: [{ destination: { host: 'cart' } }],
          corsPolicy: { allowOrigins: [{}, { exact: '' }], allowMethods: ['get'], maxAge: '1500ms' },
        },
      ],
    },
    expected: [
      'spec.http[0].corsPolicy.allowOrigins[0]: Required value: one of exact, prefix and regex',
      'spec.http[0].corsPolicy.allowOrigins[1]: Invalid value: {"exact":""}: must not be empty: no origin is',
      'spec.http[0].corsPolicy.allowMethods[0]: Unsupported value: "get": supported values: "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "*"',
      'spec.http[0].corsPolicy.maxAge: Invalid value: "1500ms": must be whole seconds: the header that it becomes has no fractions',
    ],
  },
  {
    name: 'VirtualService: faults that Istio does not implement are refused with their paths',
    kind: 'VirtualService',
    spec: {
      hosts: ['cart'],
      http: [
        {
          route: [{ destination: { host: 'cart' } }],
          fault: { delay: { exponentialDelay: '1s' }, abort: { http2Error: 'PROTOCOL_ERROR' } },
        },
      ],
    },
    expected: [
      'spec.http[0].fault.delay.exponentialDelay: Forbidden: Istio has the field, and does not implement it either; see docs/compatibility.md',
      'spec.http[0].fault.abort.http2Error: Forbidden: Istio has the field, and does not implement it either; see docs/compatibility.md',
    ],
  },
  {
    name: 'VirtualService: TLS routes have names within the hosts, TCP routes have destinations and proper subnets',
    kind: 'VirtualService',
    spec: {
      hosts: ['*.example.com'],
      tls: [
        { match: [{ sniHosts: ['a.example.com', 'b.example.org'] }], route: [{ destination: { host: 'cart' } }] },
        { route: [{ destination: { host: 'cart' } }] },
      ],
      tcp: [{ match: [{ destinationSubnets: ['10.0.0.0/33', '10.1.0.0/16'], port: 70_000 }] }],
    },
    expected: [
      'spec.tls[0].match[0].sniHosts[1]: Invalid value: "b.example.org": must be one of spec.hosts (*.example.com), or covered by one of them',
      'spec.tls[1].match: Required value: at least one match with sniHosts',
      'spec.tcp[0].match[0].destinationSubnets[0]: Invalid value: "10.0.0.0/33": must be an IP address or a range of them, for example 10.2.0.0/16',
      'spec.tcp[0].match[0].port: Invalid value: 70000: must be between 1 and 65535',
      'spec.tcp[0].route: Required value: at least one destination',
    ],
  },
  {
    name: 'VirtualService: several destinations need some weight',
    kind: 'VirtualService',
    spec: { hosts: ['cart'], http: [{ route: [{ destination: { host: 'a' } }, { destination: { host: 'b' } }] }] },
    expected: [
      'spec.http[0].route: Invalid value: 0: with several destinations the weights must add up to more than 0',
    ],
  },
  {
    name: "VirtualService: '*' would capture every call of every sidecar",
    kind: 'VirtualService',
    spec: { hosts: ['*'], http: [{ route: [{ destination: { host: 'cart' } }] }] },
    expected: [
      'spec.hosts[0]: Invalid value: "*": \'*\' is allowed only where spec.gateways names gateways, without mesh',
    ],
  },
  {
    name: 'DestinationRule: subset names are unique labels',
    kind: 'DestinationRule',
    spec: { host: 'cart', subsets: [{ name: 'v1' }, { name: 'v1' }, { name: 'V_2' }] },
    expected: [
      'spec.subsets[1].name: Duplicate value: "v1"',
      'spec.subsets[2].name: Invalid value: "V_2": must consist of lower case letters, digits and \'-\', and start and end with one of the first two',
    ],
  },
  {
    name: 'DestinationRule: mutual TLS is not done yet, none is what happens anyway',
    kind: 'DestinationRule',
    spec: {
      host: 'cart',
      trafficPolicy: { tls: { mode: 'DISABLE' } },
      subsets: [{ name: 'v1', trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } } }],
    },
    expected: [
      'spec.subsets[0].trafficPolicy.tls.mode: Forbidden: "ISTIO_MUTUAL" is not supported yet: the mesh gives workloads no certificates; leave it out, or use MUTUAL with your own; see docs/compatibility.md',
    ],
  },
  {
    name: 'Gateway: servers have hosts',
    kind: 'Gateway',
    spec: { servers: [{ port: { number: 443, name: 'https', protocol: 'HTTPS' }, hosts: [] }] },
    expected: [
      'spec.servers[0].tls: Required value: a server of protocol HTTPS needs TLS settings',
      "spec.servers[0].hosts: Required value: at least one host, or '*' for all",
    ],
  },
  {
    name: 'ServiceEntry: endpoints must fit the resolution, and their ports the entry',
    kind: 'ServiceEntry',
    spec: {
      hosts: ['api.example.com'],
      resolution: 'STATIC',
      ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
      endpoints: [{ address: 'not-an-address.example.com', ports: { web: 80 } }],
    },
    expected: [
      'spec.endpoints[0].address: Invalid value: "not-an-address.example.com": must be an IP address with resolution STATIC',
      'spec.endpoints[0].ports[web]: Invalid value: "web": is not the name of a port in spec.ports',
    ],
  },
  {
    name: 'Gateway: TLS needs settings, a certificate from one place, and authorities where clients have certificates',
    kind: 'Gateway',
    spec: {
      servers: [
        { port: { number: 443, name: 'a', protocol: 'HTTPS' }, hosts: ['*'] },
        { port: { number: 443, name: 'b', protocol: 'HTTPS' }, hosts: ['*'], tls: { mode: 'SIMPLE' } },
        {
          port: { number: 443, name: 'c', protocol: 'TLS' },
          hosts: ['*'],
          bind: 'all',
          tls: { mode: 'MUTUAL', credentialName: 'a/b', serverCertificate: '/cert' },
        },
        {
          port: { number: 443, name: 'd', protocol: 'TLS' },
          hosts: ['*'],
          tls: { mode: 'OPTIONAL_MUTUAL', serverCertificate: '/cert', privateKey: '/key' },
        },
      ],
    },
    expected: [
      'spec.servers[0].tls: Required value: a server of protocol HTTPS needs TLS settings',
      "spec.servers[1].tls.credentialName: Required value: mode SIMPLE needs a certificate: a Secret's name, or files",
      'spec.servers[2].bind: Invalid value: "all": must be an IP address, for example 10.9.8.7 or 2001:db8::1',
      'spec.servers[2].tls: Invalid value: ["serverCertificate and privateKey","credentialName"]: the certificate must come from one of these alone',
      'spec.servers[2].tls.privateKey: Required value: the file of its key',
      'spec.servers[2].tls.credentialName: Invalid value: "a/b": must be the name of a Secret in the namespace of the gateway\'s pods',
      "spec.servers[3].tls.caCertificates: Required value: mode OPTIONAL_MUTUAL needs the authorities of clients' certificates",
    ],
  },
  {
    name: 'Gateway: plain HTTP may redirect to TLS and no more; modes that need identities of the mesh are refused',
    kind: 'Gateway',
    spec: {
      servers: [
        { port: { number: 80, name: 'a', protocol: 'HTTP' }, hosts: ['*'], tls: { httpsRedirect: true } },
        { port: { number: 81, name: 'b', protocol: 'HTTP' }, hosts: ['*'], tls: { mode: 'SIMPLE' } },
        { port: { number: 82, name: 'c', protocol: 'TCP' }, hosts: ['*'], tls: { httpsRedirect: true } },
        { port: { number: 83, name: 'd', protocol: 'TLS' }, hosts: ['*'], tls: { mode: 'AUTO_PASSTHROUGH' } },
      ],
    },
    expected: [
      'spec.servers[1].tls: Forbidden: a server of plain HTTP may set httpsRedirect alone; for TLS its protocol is HTTPS',
      'spec.servers[2].tls: Forbidden: TLS settings are for servers of protocol HTTPS or TLS',
      'spec.servers[3].tls.mode: Forbidden: "AUTO_PASSTHROUGH" is not supported yet; see docs/compatibility.md',
    ],
  },
  {
    name: 'Sidecar: must say something',
    kind: 'Sidecar',
    spec: { workloadSelector: { labels: { app: 'cart' } } },
    expected: ['spec: Required value: at least one of ingress, egress and outboundTrafficPolicy'],
  },
  {
    name: 'Sidecar: listeners have ports of their own, hosts have namespaces, endpoints are the pod’s',
    kind: 'Sidecar',
    spec: {
      ingress: [
        { port: { number: 80, protocol: 'HTTP' }, defaultEndpoint: '10.0.0.1:80' },
        { port: { number: 80, protocol: 'SCTP' }, bind: 'here' },
      ],
      egress: [{ hosts: ['cart.shop'] }, { bind: '127.0.0.1', hosts: ['./*', 'Shop/*', '~shop/*', '*/a*b'] }],
      inboundConnectionPool: { tcp: { maxConnections: 1 } },
    },
    expected: [
      'spec.ingress[0].defaultEndpoint: Invalid value: "10.0.0.1:80": must be 127.0.0.1:PORT or [::1]:PORT (the loopback address) or 0.0.0.0:PORT or [::]:PORT (the address of the pod)',
      'spec.ingress[1].port.protocol: Unsupported value: "SCTP": supported values: "HTTP", "HTTPS", "GRPC", "GRPC-WEB", "HTTP2", "MONGO", "REDIS", "MYSQL", "TCP", "TLS"',
      'spec.ingress[1].bind: Invalid value: "here": must be an IP address, for example 10.9.8.7 or 2001:db8::1',
      'spec.egress[0].port: Required value: only the last egress listener may leave the port out',
      'spec.egress[0].hosts[0]: Invalid value: "cart.shop": must be namespace/host, for example shop/cart.shop.svc.cluster.local, ./* or */*',
      'spec.egress[1].bind: Forbidden: may be set only together with port',
      'spec.egress[1].hosts[1]: Invalid value: "Shop": must consist of lower case letters, digits and \'-\', and start and end with one of the first two',
      'spec.egress[1].hosts[3]: Invalid value: "a*b": \'*\' may stand only for the whole first part',
      'spec.ingress[1].port.number: Duplicate value: 80',
      'spec.inboundConnectionPool: Forbidden: not supported yet; see docs/compatibility.md',
    ],
  },
  {
    name: 'EnvoyFilter: a patch says what it patches, how, and with what',
    kind: 'EnvoyFilter',
    spec: {
      configPatches: [
        {},
        { applyTo: 'CLUSTER', patch: {} },
        { applyTo: 'CLUSTER', patch: { operation: 'INSERT_BEFORE' } },
        { applyTo: 'CLUSTER', patch: { operation: 'REMOVE' } },
      ],
    },
    expected: [
      'spec.configPatches[0].applyTo: Required value: what is patched, for example HTTP_FILTER',
      'spec.configPatches[0].patch: Required value: an operation, and a value unless it is REMOVE',
      'spec.configPatches[1].patch.operation: Required value: for example MERGE or INSERT_BEFORE',
      'spec.configPatches[2].patch.value: Required value: what to insert before',
    ],
  },
  {
    name: 'EnvoyFilter: what is matched is of what is patched',
    kind: 'EnvoyFilter',
    spec: {
      configPatches: [
        { applyTo: 'CLUSTER', match: { listener: {} }, patch: { operation: 'REMOVE' } },
        { applyTo: 'CLUSTER', match: { cluster: {}, routeConfiguration: {} }, patch: { operation: 'REMOVE' } },
        {
          applyTo: 'HTTP_FILTER',
          match: { listener: { filterChain: { filter: { name: 'tcp', subFilter: {} } } } },
          patch: { operation: 'REMOVE' },
        },
        { applyTo: 'HTTP_ROUTE', match: { proxy: { proxyVersion: '(' } }, patch: { operation: 'REMOVE' } },
      ],
    },
    expected: [
      'spec.configPatches[0].match.listener: Forbidden: a patch of a CLUSTER matches by cluster',
      'spec.configPatches[1].match: Forbidden: only one of routeConfiguration and cluster may be matched',
      'spec.configPatches[1].match.routeConfiguration: Forbidden: a patch of a CLUSTER matches by cluster',
      'spec.configPatches[2].match.listener.filterChain.filter.name: Invalid value: "tcp": HTTP filters are in envoy.filters.network.http_connection_manager only',
      'spec.configPatches[2].match.listener.filterChain.filter.subFilter.name: Required value: the name of an HTTP filter',
      'spec.configPatches[3].match.proxy.proxyVersion: Invalid value: "(": must be a regular expression in RE2 syntax: error parsing regexp: missing closing ): `(`',
    ],
  },
  {
    name: 'EnvoyFilter: what is not served is refused',
    kind: 'EnvoyFilter',
    spec: {
      targetRefs: [{ kind: 'Gateway', name: 'x' }],
      configPatches: [{ applyTo: 'BOOTSTRAP', patch: { operation: 'MERGE', value: {}, filterClass: 'AUTHZ' } }],
    },
    expected: [
      'spec.configPatches[0].applyTo: Forbidden: "BOOTSTRAP" is not supported yet; see docs/compatibility.md',
      'spec.targetRefs: Forbidden: not supported yet; see docs/compatibility.md',
      'spec.configPatches[0].patch.filterClass: Forbidden: "AUTHZ" is not supported yet; see docs/compatibility.md',
    ],
  },
  {
    name: 'EnvoyFilter: one patch past the limit',
    kind: 'EnvoyFilter',
    spec: { configPatches: Array.from({ length: 257 }, () => ({})) },
    expected: ['spec.configPatches: Invalid value: "257 patches": must not be more than 256'],
  },
];

for (const { name, kind, spec, expected } of CASES) {
  test(name, () => assert.deepEqual(complaints(kind, spec), expected));
}

test('every unsupported field is a field of its kind', () => {
  for (const { kind, path } of UNSUPPORTED_FIELDS) {
    let schema: Schema | undefined = kindOf(kind).versions[0]?.schema;
    for (const step of path.split('.')) {
      schema = schema?.properties?.[step.replace('[]', '')];
      if (step.endsWith('[]')) schema = schema?.items;
    }
    assert.ok(schema, `${kind} has no field ${path}`);
  }
});

test('each kind is stored in one version', () => {
  for (const { kind, versions } of ISTIO_KINDS) {
    assert.equal(versions.filter(({ storage }) => storage).length, 1, kind);
  }
});
