import assert from 'node:assert/strict';
import { test } from 'node:test';
import { snapshotOf } from '../../compiler/index.js';
import type { KubeObject } from '../../resources/object.js';
import { describePod, describeService } from './describe.js';

const object = (kind: string, apiVersion: string, name: string, rest: object): KubeObject => ({
  ...{ apiVersion, kind, metadata: { name, namespace: 'shop', ...(rest as { metadata?: object }).metadata } },
  spec: (rest as { spec: object }).spec,
});
const service = (name: string, ports: object[]) =>
  object('Service', 'v1', name, { spec: { clusterIP: '10.96.0.1', selector: { app: name }, ports } });
const pod = (name: string, labels: Record<string, string>, containers: object[]) =>
  object('Pod', 'v1', name, { metadata: { labels }, spec: { nodeName: 'n', containers } });
const sidecar = { name: 'istio-proxy', ports: [{ containerPort: 15_090 }] };

const SNAPSHOT = snapshotOf([
  service('cart', [
    { name: 'http', port: 80, targetPort: 8080 },
    { name: 'admin', port: 90, appProtocol: 'grpc' },
    { name: 'other', port: 91 },
    { name: 'data', port: 3306 },
  ]),
  service('other', [{ name: 'tcp-x', port: 9000 }]),
  pod('cart-1', { app: 'cart', version: 'v1' }, [{ name: 'cart', ports: [{ containerPort: 8080 }] }, sidecar]),
  pod('alone', { app: 'none' }, [{ name: 'main' }]),
  object('DestinationRule', 'networking.istio.io/v1', 'cart', {
    spec: {
      host: 'cart',
      trafficPolicy: { loadBalancer: { simple: 'RANDOM' } },
      subsets: ['v1', 'v2'].map((version) => ({ name: version, labels: { version } })),
    },
  }),
  object('VirtualService', 'networking.istio.io/v1', 'cart', {
    spec: {
      hosts: ['cart'],
      http: [
        { match: [{ uri: { prefix: '/new' } }], route: [{ destination: { host: 'cart', subset: 'v2' } }] },
        { route: [{ destination: { host: 'cart', subset: 'v1' } }] },
      ],
    },
  }),
  object('Gateway', 'networking.istio.io/v1', 'gate', {
    spec: {
      selector: { istio: 'ingressgateway' },
      servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
    },
  }),
  object('VirtualService', 'networking.istio.io/v1', 'outside', {
    spec: {
      hosts: ['shop.example.com'],
      gateways: ['gate'],
      http: [{ match: [{ uri: { exact: '/cart' } }], route: [{ destination: { host: 'cart' } }] }],
    },
  }),
  object('VirtualService', 'networking.istio.io/v1', 'other', {
    spec: { hosts: ['other'], http: [{ route: [{ destination: { host: 'nowhere' } }] }] },
  }),
]);

test('describe pod: services, protocols and why, subsets, the routes that lead to it and past it, exposure', () => {
  const lines = describePod(SNAPSHOT, { namespace: 'shop', name: 'cart-1' }, 'shop');
  const isWarning = (line: string) => line.startsWith('   WARNING');
  assert.match(lines.filter(isWarning).join('\n'), /v2.* has no endpoints/);
  const plain = lines.filter((line) => !isWarning(line));
  assert.deepEqual(plain, [
    'Pod: cart-1',
    '   Pod Ports: 8080 (cart), 15090 (istio-proxy)',
    '--------------------',
    'Service: cart',
    "   Port: http 80/HTTP targets pod port 8080 (protocol by the port's name)",
    '   Port: admin 90/HTTP2 targets pod port 90 (protocol by its appProtocol grpc)',
    '   Port: other 91/auto-detect targets pod port 91 (neither appProtocol nor the name "other" says a protocol, so the first bytes do)',
    '   Port: data 3306/TCP targets pod port 3306 (a port of a protocol in which servers speak first, and its name says no other)',
    'DestinationRule: cart for "cart.shop.svc.cluster.local"',
    '   Matching subsets: v1',
    '      (Non-matching subsets v2)',
    '   Traffic Policy: load balancer',
    'VirtualService: cart',
    '   2 HTTP route(s)',
    '   /new*: cart subset v2  (not to this pod)',
    '   everything: cart subset v1',
    'Exposed on Ingress Gateway: shop.example.com port 80',
    'VirtualService: outside',
    '   /cart: cart',
  ]);
});

test('describe service: its pods, and what is wrong with a rule of its', () => {
  const lines = describeService(SNAPSHOT, { namespace: 'shop', name: 'other' }, 'elsewhere');
  assert.deepEqual(lines.slice(0, 3), [
    'Service: other.shop',
    "   Port: tcp-x 9000/TCP targets pod port 9000 (protocol by the port's name)",
    '   0 pod(s)',
  ]);
  assert.match(
    lines.join('\n'),
    /VirtualService: other\.shop\n {3}1 HTTP route\(s\)\n.*\n {3}WARNING: No service nowhere/,
  );
});

test('describe pod: one without service and sidecar is told so; one that is not there is an error', () => {
  const lines = describePod(SNAPSHOT, { namespace: 'shop', name: 'alone' }, 'shop');
  assert.equal(lines.filter((line) => line.startsWith('WARNING')).length, 2);
  assert.throws(() => describePod(SNAPSHOT, { namespace: 'shop', name: 'gone' }, 'shop'), /pods "gone" not found/);
});
