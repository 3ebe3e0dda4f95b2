import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadKubeconfig, parseKubeconfig } from './kubeconfig.js';

const CONFIG = `
apiVersion: v1
kind: Config
current-context: home
clusters:
- name: c
  cluster: {server: "https://127.0.0.1:6443/", certificate-authority-data: ${Buffer.from('CA').toString('base64')}, tls-server-name: api}
- name: files
  cluster: {server: "https://h", certificate-authority: ca.pem, insecure-skip-tls-verify: true}
users:
- name: u
  user: {token: secret}
- name: cert
  user: {client-certificate: cert.pem, client-key-data: ${Buffer.from('KEY').toString('base64')}}
- name: plugin
  user: {exec: {command: aws}}
contexts:
- name: home
  context: {cluster: c, user: u, namespace: shop}
- name: away
  context: {cluster: files, user: cert}
- name: cloud
  context: {cluster: c, user: plugin}
- name: broken
  context: {cluster: none, user: u}
`;

test('the current context says where and as whom', () => {
  assert.deepEqual(parseKubeconfig(CONFIG), {
    server: 'https://127.0.0.1:6443',
    ca: 'CA',
    token: 'secret',
    tlsServerName: 'api',
    namespace: 'shop',
  });
});

test('files are found beside the configuration', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'config'), CONFIG);
  writeFileSync(join(folder, 'ca.pem'), 'CA2');
  writeFileSync(join(folder, 'cert.pem'), 'CERT');
  assert.deepEqual(loadKubeconfig(join(folder, 'config'), 'away'), {
    server: 'https://h',
    ca: 'CA2',
    cert: 'CERT',
    key: 'KEY',
    insecureSkipTlsVerify: true,
    namespace: 'default',
  });
});

test('JSON is a kubeconfig too', () => {
  const config = {
    'current-context': 'x',
    clusters: [{ name: 'c', cluster: { server: 'http://h' } }],
    contexts: [{ name: 'x', context: { cluster: 'c' } }],
  };
  assert.deepEqual(parseKubeconfig(JSON.stringify(config)), { server: 'http://h', namespace: 'default' });
});

test('what cannot be used is said', () => {
  const cases: [text: string, context: string | undefined, message: RegExp][] = [
    [CONFIG, 'nowhere', /it has no context "nowhere"/],
    [CONFIG, 'broken', /it has no cluster "none"/],
    [CONFIG, 'cloud', /credential plugin/],
    ['- a list', undefined, /not a mapping/],
    ['a: [', undefined, /Cannot use kubeconfig/],
    ['{}', undefined, /no current-context/],
  ];
  for (const [text, context, message] of cases) {
    assert.throws(() => parseKubeconfig(text, 'k', context), { code: 'INVALID_KUBECONFIG', message });
  }
  assert.throws(() => loadKubeconfig('/nonexistent'), { code: 'INVALID_KUBECONFIG' });
});
