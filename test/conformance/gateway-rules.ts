import type { Request } from './answers.js';
import { SUBSETS } from './depot.js';

/** A port of the Gateway that an ordinary user may open. */
export const PORT = 18_080;
export const HOST = 'depot.example';
export const INGRESS_HOST = 'old.depot.example';

const route = (subset: string): string => `route: [{ destination: { host: parcels, subset: ${subset} } }]`;

/** What a gateway can do with a request, one route each. */
export function gatewayRules({ v1Weight, abortStatus = 429 }: { v1Weight: number; abortStatus?: number }): string {
  return `${SUBSETS}---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: depot, namespace: depot }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: ${PORT}, name: http, protocol: HTTP }, hosts: ["*"] }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: depot, namespace: depot }
spec:
  hosts: [${HOST}]
  gateways: [depot]
  http:
    - match: [{ uri: { exact: /crew }, headers: { x-crew: { exact: night } } }]
      ${route('v2')}
    - match: [{ uri: { exact: /crew } }]
      ${route('v1')}
    - match: [{ uri: { prefix: /broken } }]
      fault: { abort: { httpStatus: ${abortStatus}, percentage: { value: 100 } } }
      ${route('v1')}
    - match: [{ uri: { prefix: /slow } }]
      fault: { delay: { fixedDelay: 0.2s, percentage: { value: 100 } } }
      ${route('v1')}
    - match: [{ uri: { prefix: /late } }]
      timeout: 0.2s
      ${route('v1')}
    - match: [{ uri: { prefix: /flaky } }]
      retries: { attempts: 2, retryOn: 5xx }
      ${route('v1')}
    - match: [{ uri: { prefix: /moved } }]
      redirect: { uri: /here, authority: new.depot.example, redirectCode: 302 }
    - match: [{ uri: { prefix: /made } }]
      directResponse: { status: 203, body: { string: made } }
    - match: [{ uri: { prefix: /renamed } }]
      rewrite: { uri: /inner, authority: inner.example }
      ${route('v1')}
    - match: [{ uri: { prefix: /marked } }]
      headers:
        request: { add: { x-added: "1" }, set: { x-set: new }, remove: [x-gone] }
        response: { add: { x-answer: "1" }, remove: [x-version] }
      ${route('v1')}
    - match: [{ uri: { regex: "/id/[0-9]+" }, queryParams: { full: { exact: "yes" } } }]
      ${route('v2')}
    - match: [{ uri: { prefix: /id/ }, method: { exact: POST } }]
      ${route('v1')}
    - match: [{ uri: { prefix: /nowhere } }]
      route: [{ destination: { host: missing } }]
    - match: [{ uri: { prefix: /weighted } }]
      route:
        - { destination: { host: parcels, subset: v1 }, weight: ${v1Weight} }
        - { destination: { host: parcels, subset: v2 }, weight: ${100 - v1Weight} }
`;
}

export const REQUESTS: Readonly<Record<string, Request>> = {
  'header matches': { path: '/crew', host: HOST, headers: { 'x-crew': 'night' } },
  'header does not match': { path: '/crew', host: HOST, headers: { 'x-crew': 'day' } },
  'host with a port': { path: '/crew', host: `${HOST}:1234` },
  'fault: abort': { path: '/broken', host: HOST },
  'fault: delay': { path: '/slow', host: HOST },
  timeout: { path: '/late', host: HOST },
  retries: { path: '/flaky', host: HOST },
  redirect: { path: '/moved/a?b=c', host: HOST },
  'direct response': { path: '/made', host: HOST },
  rewrite: { path: '/renamed/a?b=c', host: HOST },
  'changed headers': { path: '/marked', host: HOST, headers: { 'x-set': 'old', 'x-gone': '1' } },
  'regex and query': { path: '/id/7?full=yes', host: HOST },
  'method, with a body': { path: '/id/x', host: HOST, method: 'POST', body: 'a body' },
  HEAD: { path: '/crew', host: HOST, method: 'HEAD' },
  'destination that is not there': { path: '/nowhere', host: HOST },
  'no route': { path: '/', host: HOST },
  'unknown host': { path: '/', host: 'elsewhere.example' },
  'forwarded headers of a stranger': {
    path: '/crew',
    host: HOST,
    headers: {
      'x-forwarded-for': '10.1.2.3',
      'x-forwarded-proto': 'https',
      'x-forwarded-client-cert': 'Subject="CN=admin"',
      'x-envoy-external-address': '10.1.2.3',
      'x-envoy-internal': 'true',
      'x-envoy-max-retries': '9',
      'x-envoy-original-path': '/other',
      'x-envoy-downstream-service-cluster': 'trusted',
    },
  },
};

/** As Istio 0.7 had it: an Ingress, and RouteRules for the service behind it. */
export function ingressRules({ defaultVersion }: { defaultVersion: string }): string {
  return `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: depot, namespace: depot }
spec:
  rules:
    - host: ${INGRESS_HOST}
      http:
        paths: [{ path: /, pathType: Prefix, backend: { service: { name: parcels, port: { number: 8080 } } } }]
---
apiVersion: config.istio.io/v1alpha2
kind: RouteRule
metadata: { name: parcels-default, namespace: depot }
spec:
  destination: { name: parcels }
  precedence: 1
  route: [{ labels: { version: ${defaultVersion} } }]
---
apiVersion: config.istio.io/v1alpha2
kind: RouteRule
metadata: { name: parcels-night, namespace: depot }
spec:
  destination: { name: parcels }
  precedence: 2
  match: { request: { headers: { x-crew: { exact: night } } } }
  route: [{ labels: { version: v2 } }]
---
apiVersion: config.istio.io/v1alpha2
kind: RouteRule
metadata: { name: parcels-strike, namespace: depot }
spec:
  destination: { name: parcels }
  precedence: 3
  match: { request: { headers: { x-crew: { prefix: strike } } } }
  route: [{ labels: { version: v2 } }]
  httpFault: { abort: { percent: 100, httpStatus: 503 } }
`;
}

export const INGRESS_REQUESTS: Readonly<Record<string, Request>> = {
  'the rule without a match': { path: '/a?b=c', host: INGRESS_HOST },
  'a rule for a header': { path: '/', host: INGRESS_HOST, headers: { 'x-crew': 'night' } },
  'a rule with a fault': { path: '/', host: INGRESS_HOST, headers: { 'x-crew': 'striking' } },
  'no such host': { path: '/', host: 'nobody.example' },
};
