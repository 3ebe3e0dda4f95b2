import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceObject } from '../../types.js';
import { allocateService, serviceUse } from './allocate.js';
import { ServiceAllocator } from './allocator.js';
import { SERVICE } from './index.js';

function service(name: string, spec: Partial<ServiceObject['spec']> = {}): ServiceObject {
  const object: ServiceObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop' },
    spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec },
  };
  SERVICE.defaults?.(object);
  return object;
}

const NOTHING = serviceUse([]);

test('a service gets an address of the range, the same whenever it is made again', () => {
  const front = service('front');
  assert.deepEqual(allocateService(front, NOTHING), []);
  assert.match(front.spec.clusterIP ?? '', /^10\.(9[6-9]|10\d|11[01])\./);
  assert.deepEqual(front.spec.clusterIPs, [front.spec.clusterIP]);
  const again = service('front');
  allocateService(again, NOTHING);
  assert.equal(again.spec.clusterIP, front.spec.clusterIP);
  const other = service('front');
  allocateService(other, serviceUse([front]));
  assert.notEqual(other.spec.clusterIP, front.spec.clusterIP);
});

test('an address can be chosen, if it is free and in the range', () => {
  const chosen = service('front', { clusterIP: '10.96.0.10' });
  assert.deepEqual(allocateService(chosen, NOTHING), []);
  const taken = allocateService(service('back', { clusterIP: '10.96.0.10' }), serviceUse([chosen]));
  assert.match(taken[0]?.message ?? '', /provided IP is already allocated$/);
  const outside = allocateService(service('back', { clusterIP: '10.1.0.1' }), NOTHING);
  assert.match(outside[0]?.message ?? '', /not in the valid range. The range of valid IPs is 10.96.0.0\/12$/);
});

test('headless services and external names have no address', () => {
  const headless = service('front', { clusterIP: 'None' });
  allocateService(headless, NOTHING);
  assert.deepEqual(headless.spec.clusterIPs, ['None']);
  const external = service('front', { type: 'ExternalName', externalName: 'example.com' });
  allocateService(external, NOTHING);
  assert.equal(external.spec.clusterIP, undefined);
});

test('an update that does not say the address keeps it', () => {
  const old = service('front', { clusterIP: '10.96.7.7' });
  const next = service('front');
  allocateService(next, NOTHING, old);
  assert.equal(next.spec.clusterIP, '10.96.7.7');
});

test('node ports come from their range, stay, and go when the type changes', () => {
  const node = service('front', { type: 'NodePort' });
  allocateService(node, NOTHING);
  const port = node.spec.ports?.[0]?.nodePort ?? 0;
  assert.ok(port >= 30000 && port <= 32767);
  const next = service('front', { type: 'NodePort' });
  allocateService(next, NOTHING, node);
  assert.equal(next.spec.ports?.[0]?.nodePort, port);
  const back = service('front', { ports: [{ port: 80, nodePort: port }] });
  allocateService(back, NOTHING, node);
  assert.equal(back.spec.ports?.[0]?.nodePort, undefined);
  const low = allocateService(service('front', { type: 'NodePort', ports: [{ port: 80, nodePort: 80 }] }), NOTHING);
  assert.match(low[0]?.message ?? '', /The range of valid ports is 30000-32767$/);
});

test('two services that are admitted before either is stored get different addresses', () => {
  const range = { cidr: '10.0.0.0/27', nodePortMin: 30000, nodePortMax: 30001 };
  const allocator = new ServiceAllocator(() => [], range);
  const addresses = new Set<string>();
  for (let i = 0; i < 15; i++) {
    const object = service(`s${i}`);
    const request = { operation: 'CREATE', definition: SERVICE, object } as const;
    allocator.mutate(request);
    assert.deepEqual(allocator.validate(request), []);
    addresses.add(object.spec.clusterIP ?? '');
  }
  assert.equal(addresses.size, 15);
  const full = { operation: 'CREATE', definition: SERVICE, object: service('full') } as const;
  allocator.mutate(full);
  assert.match(allocator.validate(full)[0]?.message ?? '', /range is full$/);
});

test('defaults and columns', () => {
  const object = service('front', {
    ports: [
      { name: 'http', port: 80 },
      { name: 'dns', port: 53, protocol: 'UDP' },
    ],
  });
  assert.deepEqual(object.spec.ports?.[0], { name: 'http', port: 80, protocol: 'TCP', targetPort: 80 });
  const cells = SERVICE.columns.filter(({ name }) => name !== 'Age').map((column) => column.value(object, 0));
  assert.deepEqual(cells, ['ClusterIP', '<none>', '<none>', '80/TCP,53/UDP', 'app=front']);
});

test('mistakes are told', () => {
  const object = service('9front', { ports: [{ port: 80 }, { name: 'b', port: 80 }], type: 'Magic' as 'ClusterIP' });
  assert.deepEqual(
    SERVICE.validate?.(object).map(({ field, reason }) => `${field} ${reason}`),
    [
      'metadata.name FieldValueInvalid',
      'spec.type FieldValueNotSupported',
      'spec.ports[0].name FieldValueRequired',
      'spec.ports[1] FieldValueDuplicate',
    ],
  );
});
