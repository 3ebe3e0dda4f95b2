import assert from 'node:assert/strict';
import test from 'node:test';
import type { SandboxSpec } from '../driver.js';
import { podFiles } from './pod-files.js';

const SPEC = {
  uid: 'u',
  namespace: 'default',
  name: 'web-0',
  hostname: 'web-0',
  hostAliases: [{ ip: '192.0.2.1', hostnames: ['a.example', 'b.example'] }],
  captured: true,
  ports: [],
  dns: { nameservers: ['10.96.0.10'], searches: ['default.svc.cluster.local', 'svc.cluster.local'], ndots: 5 },
};

test('a pod knows itself, its aliases and its name server', () => {
  const files = podFiles(SPEC, '10.244.0.5');
  assert.equal(files['/etc/hostname'], 'web-0\n');
  assert.match(files['/etc/hosts'] ?? '', /^10\.244\.0\.5\tweb-0$/m);
  assert.match(files['/etc/hosts'] ?? '', /^192\.0\.2\.1\ta\.example b\.example$/m);
  assert.equal(
    files['/etc/resolv.conf'],
    'nameserver 10.96.0.10\nsearch default.svc.cluster.local svc.cluster.local\noptions ndots:5\n',
  );
});

test('a host name that the kernel would refuse is cut, not in a dash', () => {
  const files = podFiles({ ...SPEC, hostname: `${'a'.repeat(62)}-bcd` }, '10.244.0.5');
  assert.equal(files['/etc/hostname'], `${'a'.repeat(62)}\n`);
});

test('a subdomain makes the name complete; further resolver options follow ndots', () => {
  const hostsOf = (spec: Partial<SandboxSpec>) => podFiles({ ...SPEC, ...spec }, '10.244.0.5')['/etc/hosts']!;
  const domain = 'web.default.svc.cluster.local';
  assert.ok(hostsOf({ hostname: 'h', domain }).includes(`10.244.0.5\th.${domain}\th\n`));
  assert.ok(hostsOf({ hostname: `h.${domain}`, domain }).includes(`10.244.0.5\th.${domain}\th\n`));
  const dns = { ...SPEC.dns, ndots: 2, options: ['timeout:1', 'single-request'] };
  assert.match(
    podFiles({ ...SPEC, dns }, '10.244.0.5')['/etc/resolv.conf']!,
    /^options ndots:2 timeout:1 single-request$/m,
  );
});
