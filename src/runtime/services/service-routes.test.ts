import assert from 'node:assert/strict';
import test from 'node:test';
import type { ServiceObject } from '../../resources/types.js';
import { portsOf } from './service-routes.js';

function service(spec: ServiceObject['spec']): ServiceObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: 'cart', namespace: 'shop' }, spec };
}

const routesOf = (...args: Parameters<typeof portsOf>) => portsOf(...args).map(({ route }) => route);

const SUBSETS = [
  {
    addresses: [{ ip: '10.244.0.5' }, { ip: '10.244.0.6' }],
    notReadyAddresses: [{ ip: '10.244.0.7' }],
    ports: [
      { name: 'http', port: 8080, protocol: 'TCP' },
      { name: 'dns', port: 5353, protocol: 'UDP' },
    ],
  },
];

test('each port of a service leads to the ready endpoints of its name', () => {
  const ports = [
    { name: 'http', port: 80 },
    { name: 'dns', port: 53, protocol: 'UDP' },
    { name: 'none', port: 81 },
  ];
  assert.deepEqual(routesOf(service({ clusterIP: '10.96.0.7', ports, sessionAffinity: 'ClientIP' }), SUBSETS), [
    {
      address: '10.96.0.7',
      protocol: 'tcp',
      port: 80,
      targets: [
        { address: '10.244.0.5', port: 8080 },
        { address: '10.244.0.6', port: 8080 },
      ],
      sticky: true,
    },
    {
      address: '10.96.0.7',
      protocol: 'udp',
      port: 53,
      targets: [
        { address: '10.244.0.5', port: 5353 },
        { address: '10.244.0.6', port: 5353 },
      ],
      sticky: true,
    },
    { address: '10.96.0.7', protocol: 'tcp', port: 81, targets: [], sticky: true },
  ]);
});

test('endpoints that are not ready count where the service says so; headless and named services have no route', () => {
  const ports = [{ name: 'http', port: 80 }];
  const [route] = routesOf(service({ clusterIP: '10.96.0.7', ports, publishNotReadyAddresses: true }), SUBSETS);
  assert.equal(route?.targets.length, 3);
  assert.deepEqual(routesOf(service({ clusterIP: 'None', ports }), SUBSETS), []);
  assert.deepEqual(routesOf(service({ type: 'ExternalName', externalName: 'a.example', ports }), SUBSETS), []);
  assert.deepEqual(routesOf(service({ ports }), SUBSETS), []);
});

test('a node port is told with its port', () => {
  const ports = [{ name: 'http', port: 80, nodePort: 30_080 }, { port: 81 }];
  const found = portsOf(service({ clusterIP: '10.96.0.7', type: 'NodePort', ports }), SUBSETS);
  assert.deepEqual(
    found.map(({ nodePort }) => nodePort),
    [30_080, undefined],
  );
});
