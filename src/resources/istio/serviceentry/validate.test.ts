import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateProxyConfig } from '../proxyconfig/validate.js';
import { validateWorkloadEntry } from '../workloadentry/validate.js';
import { validateWorkloadGroup } from '../workloadgroup/validate.js';
import { validateServiceEntry } from './validate.js';

type Validate = typeof validateServiceEntry;

function complaints(kind: string, validate: Validate, spec: unknown): string[] {
  const object = { apiVersion: 'networking.istio.io/v1', kind, metadata: { name: 'test', namespace: 'shop' }, spec };
  return validate(object).map(({ field, message }) => `${field}: ${message}`);
}

const entry = (spec: object) =>
  complaints('ServiceEntry', validateServiceEntry, {
    hosts: ['a.example.com'],
    ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
    ...spec,
  });

test('ServiceEntry: a selector or endpoints; endpoints as the resolution needs them', () => {
  assert.deepEqual(entry({ resolution: 'STATIC', workloadSelector: { labels: { app: 'a' } } }), []);
  assert.deepEqual(entry({ resolution: 'STATIC', workloadSelector: {}, endpoints: [{ address: '192.0.2.1' }] }), [
    'spec.workloadSelector: Forbidden: may not be set together with endpoints',
  ]);
  assert.deepEqual(entry({ resolution: 'STATIC', endpoints: [{ address: 'unix:///run/a.sock' }] }), [
    'spec.endpoints[0].address: Forbidden: Unix domain sockets are not supported yet; see docs/compatibility.md',
  ]);
  assert.deepEqual(entry({ resolution: 'DNS_ROUND_ROBIN', endpoints: [{ address: 'a' }, { address: 'b' }] }), [
    'spec.endpoints: Invalid value: 2: with resolution DNS_ROUND_ROBIN there may be one at most',
  ]);
  assert.deepEqual(entry({ resolution: 'STATIC', endpoints: [{ address: '192.0.2.1', ports: { web: 1 } }] }), [
    'spec.endpoints[0].ports[web]: Invalid value: "web": is not the name of a port in spec.ports',
  ]);
  assert.deepEqual(entry({ resolution: 'STATIC', endpoints: [{ address: '192.0.2.1', locality: 'a/b/c/d' }] }), [
    'spec.endpoints[0].locality: Invalid value: "a/b/c/d": must be region, region/zone or region/zone/subzone',
  ]);
});

test('ServiceEntry: ranges only where the program’s address counts; several hosts only where they can be told apart', () => {
  assert.deepEqual(entry({ addresses: ['192.0.2.0/24'] }), []);
  assert.deepEqual(entry({ addresses: ['192.0.2.0/24'], resolution: 'DNS' }), [
    'spec.addresses[0]: Invalid value: "192.0.2.0/24": a CIDR is allowed only with resolution NONE or STATIC',
  ]);
  const tcp = { hosts: ['a.example.com', 'b.example.com'], ports: [{ number: 1, name: 'tcp', protocol: 'TCP' }] };
  assert.deepEqual(entry(tcp), []);
  assert.deepEqual(entry({ ...tcp, resolution: 'DNS' }), [
    'spec.ports[0].protocol: Invalid value: "TCP": with several hosts must be one whose connections say their host',
  ]);
});

test('WorkloadEntry: an address, and ports by name', () => {
  const workload = (spec: object) => complaints('WorkloadEntry', validateWorkloadEntry, spec);
  assert.deepEqual(workload({ address: 'vm-1.example.com', ports: { http: 8080 }, weight: 3 }), []);
  assert.match(workload({})[0]!, /^spec\.address: Required value/);
  assert.match(workload({ address: '192.0.2.1', ports: { 'Not a name': 1 } })[0]!, /^spec\.ports\[Not a name\]: /);
});

test('WorkloadGroup: a template, and one way to probe', () => {
  const group = (spec: object) => complaints('WorkloadGroup', validateWorkloadGroup, spec);
  assert.deepEqual(group({ template: { serviceAccount: 'vm' }, probe: { tcpSocket: { port: 80 } } }), []);
  assert.deepEqual(group({}), ['spec.template: Required value: what its WorkloadEntries have in common']);
  assert.deepEqual(group({ template: {}, probe: { periodSeconds: -1 } }), [
    'spec.probe.periodSeconds: Invalid value: -1: must be at least 0',
    'spec.probe: Required value: one of httpGet, tcpSocket, exec, grpc',
  ]);
  assert.deepEqual(group({ template: {}, probe: { httpGet: { port: 80, scheme: 'FTP' }, exec: {} } }).length, 3);
});

test('ProxyConfig: what one thread cannot do is refused', () => {
  const config = (spec: object) => complaints('ProxyConfig', validateProxyConfig, spec);
  assert.deepEqual(
    config({ concurrency: 1, image: { imageType: 'default' }, selector: { matchLabels: { a: 'b' } } }),
    [],
  );
  assert.deepEqual(config({ concurrency: 2, environmentVariables: { A: 'b' } }), [
    'spec.concurrency: Forbidden: a proxy of this mesh is one thread; see docs/compatibility.md',
    'spec.environmentVariables: Forbidden: not supported yet; see docs/compatibility.md',
  ]);
});
