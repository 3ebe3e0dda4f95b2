import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Mesh } from '../support/mesh.js';
import { repositoryRoot } from '../support/repository.js';

const EXAMPLES = join(repositoryRoot(), 'examples', 'tutorial');
let mesh: Mesh;

before(async () => {
  mesh = await Mesh.start({ driver: 'process', as: 'self' });
});

after(() => mesh?.stop());

function file(name: string, contents: string): string {
  const path = join(mesh.folder, name);
  writeFileSync(path, contents);
  return path;
}

const SERVICE = `apiVersion: v1
kind: Service
metadata: {name: reviews}
spec: {selector: {app: reviews}, ports: [{name: http, port: 80}]}
`;
const rule = (host: string): string => `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - route: [{destination: {host: ${host}}}]
`;

test('a new mesh has nothing that is wrong', async () => {
  const { status, stdout } = await mesh.trysail(['analyze', '-A', '--output-threshold', 'Warning']);
  assert.deepEqual([status, stdout], [0, '']);
});

test('what is wrong in the mesh, what a file would make wrong, and what mends it', async () => {
  assert.equal((await mesh.trysail(['apply', '-f', file('service.yaml', SERVICE)])).status, 0);
  const good = file('good.yaml', rule('reviews'));
  const bad = file('bad.yaml', rule('review'));
  assert.equal((await mesh.trysail(['analyze', good])).status, 0);
  const wrong = await mesh.trysail(['analyze', bad]);
  assert.equal(wrong.status, 79);
  assert.match(
    wrong.stdout,
    /^Error \[IST0101\] \(VirtualService reviews\.default .*bad\.yaml:7:\d+\) Referenced host/,
  );
  await mesh.trysail(['apply', '-f', bad]);
  assert.equal((await mesh.trysail(['analyze'])).status, 79);
  assert.equal((await mesh.trysail(['analyze', good])).status, 0, 'the file takes the place of what runs');
  await mesh.trysail(['apply', '-f', good]);
  assert.equal((await mesh.trysail(['analyze'])).status, 0);
});

test('the rules of the example become rules of today, which the mesh takes and in which nothing is wrong', async () => {
  const to = join(mesh.folder, 'converted.yaml');
  const rules = join(EXAMPLES, 'istiofiles');
  assert.equal((await mesh.trysail(['convert', '-R', rules, '-n', 'default', '-o', to])).status, 0);
  const services = ['customer', 'preference', 'recommendation'].map((name) => join(EXAMPLES, name, 'kubernetes'));
  const analyzed = await mesh.trysail(['analyze', '--use-kube=false', '-n', 'default', to, ...services]);
  assert.equal(analyzed.status, 0, analyzed.stdout);
  const applied = await mesh.trysail(['apply', '-f', to]);
  assert.equal(applied.status, 0, applied.stderr);
});

test('the example’s files have no errors, one by one and all together', async () => {
  const folders = ['customer', 'preference', 'recommendation'].map((name) => join(EXAMPLES, name, 'kubernetes'));
  const all = [...folders, join(EXAMPLES, 'istiofiles'), join(EXAMPLES, 'ingress')];
  for (const names of [all, ...all.map((one) => [one])]) {
    const { status, stdout } = await mesh.trysail(['analyze', '--offline', ...names]);
    assert.equal(status, 0, stdout);
  }
});
