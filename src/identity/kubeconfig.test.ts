import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { kubeconfig, writeKubeconfig } from './kubeconfig.js';

const OPTIONS = { server: 'https://127.0.0.1:6443', caCert: 'PEM', token: 't0ken', namespace: 'shop' };

test('kubeconfig: one context that joins cluster, user and namespace', () => {
  const config = parse(kubeconfig(OPTIONS));
  assert.equal(config['current-context'], 'trysail');
  assert.deepEqual(config.contexts, [
    { name: 'trysail', context: { cluster: 'trysail', user: 'trysail', namespace: 'shop' } },
  ]);
  assert.equal(Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64').toString(), 'PEM');
});

test('kubeconfig: kubectl reads the file, which nobody else can', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'trysail-kubeconfig-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'config');
  writeKubeconfig(path, OPTIONS);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const args = ['--kubeconfig', path, 'config', 'view', '--minify', '-o', 'jsonpath={..namespace} {..server}'];
  const kubectl = spawnSync('kubectl', args, { encoding: 'utf8' });
  if (kubectl.error) return t.skip('no kubectl');
  assert.equal(kubectl.stdout, 'shop https://127.0.0.1:6443');
});

test('kubeconfig: written anew, it keeps the namespace that the user chose, and survives what is no kubeconfig', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'trysail-kubeconfig-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'config');
  const { namespace: _, ...without } = OPTIONS;
  writeKubeconfig(path, OPTIONS);
  writeKubeconfig(path, without);
  assert.equal(parse(readFileSync(path, 'utf8')).contexts[0].context.namespace, 'shop');
  writeFileSync(path, '[1, {');
  writeKubeconfig(path, without);
  assert.equal(parse(readFileSync(path, 'utf8')).contexts[0].context.namespace, undefined);
});
