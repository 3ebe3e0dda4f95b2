import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { command } from '../support/command.js';
import { eventually, hasKubectl, Kubectl } from '../support/kubectl.js';
import { Mesh } from '../support/mesh.js';

const withKubectl = hasKubectl ? {} : { skip: 'kubectl is not installed' };
let mesh: Mesh;
let kubectl: Kubectl;

before(async () => {
  mesh = await Mesh.start({ driver: 'process', as: 'self' });
  kubectl = new Kubectl(mesh, 'default');
});

after(() => mesh?.stop());

const rule = (spec: string): string =>
  `apiVersion: config.istio.io/v1alpha2\nkind: RouteRule\nmetadata: {name: bad}\nspec:\n${spec.replace(/^/gm, '  ')}\n`;
const service = (spec: string): string =>
  `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: bad}\nspec:\n${spec.replace(/^/gm, '  ')}\n`;

/** What is wrong, what `trysail` says of it after the file's name: line and text; and what kubectl's server says. */
const MANIFESTS: readonly (readonly [what: string, manifest: string, ours: RegExp, servers?: RegExp])[] = [
  [
    'a misspelt field',
    rule('destination: {name: web}\nprecedense: 1'),
    /:6: .*unknown field "spec\.precedense" \(did you mean "precedence"\?\)/,
    /unknown field "spec\.precedense" \(did you mean "precedence"\?\)/,
  ],
  [
    'a wrong type',
    rule('destination: {name: web}\nprecedence: high'),
    /:6: .*spec\.precedence in body must be of type integer/,
    /spec\.precedence in body must be of type integer/,
  ],
  [
    'weights that are no 100',
    rule('destination: {name: web}\nroute:\n- {labels: {v: a}, weight: 60}\n- {labels: {v: b}, weight: 60}'),
    /:6: .*spec\.route: Invalid value: 120: the weights must add up to 100/,
    /the weights must add up to 100/,
  ],
  [
    'a bad regular expression',
    rule('destination: {name: web}\nmatch:\n  request:\n    headers: {cookie: {regex: "("}}'),
    /:8: .*headers\[cookie\]\.regex: Invalid value: "\(": must be a regular expression in RE2 syntax/,
    /must be a regular expression in RE2 syntax/,
  ],
  [
    'a bad duration',
    service('hosts: [web]\nhttp:\n- route: [{destination: {host: web}}]\n  timeout: 5 parsecs'),
    /:8: .*spec\.http\[0\]\.timeout: Invalid value: "5 parsecs"/,
    /spec\.http\[0\]\.timeout: Invalid value: "5 parsecs"/,
  ],
  [
    'an unknown version',
    'apiVersion: v2\nkind: Pod\nmetadata: {name: a}\n',
    /:1: no Pod in version "v2"\n.*It exists in v1/,
  ],
  ['no kind', 'apiVersion: v1\nmetadata: {name: a}\n', /:1: kind is not set/, /kind not set/],
  ['invalid YAML', 'apiVersion: v1\nkind: [Pod\n', /:\d: /, /yaml: line \d/],
  [
    'a key twice',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: "1", a: "2"}\n',
    /:4: Map keys must be unique/,
  ],
  ['no object', 'just text\n', /:1: this is not an object with apiVersion and kind/, /invalid object/],
  [
    'a name that is none',
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ünï\n',
    /:4: ConfigMap "ünï" is invalid: metadata\.name/,
    /ConfigMap "ünï" is invalid: metadata\.name/,
  ],
  [
    'an unknown namespace',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: nowhere}\n',
    /namespaces "nowhere" not found/,
  ],
  [
    'a pod without containers',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: []}\n',
    /:4: Pod "a" is invalid: spec\.containers: Required value/,
    /spec\.containers: Required value/,
  ],
  [
    'nesting without end',
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: ${'['.repeat(20_000)}\n`,
    /nested too deeply/,
    /exceeded max depth/,
  ],
  [
    'a manifest of 4 MB',
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: ${'x'.repeat(4_000_000)}}\n`,
    /Request entity too large: limit is 3145728/,
    /Request entity too large: limit is 3145728/,
  ],
];

for (const [what, manifest, ours, servers] of MANIFESTS) {
  test(`trysail create, ${what}: named with its line`, async () => {
    const file = join(mesh.folder, 'bad.yaml');
    writeFileSync(file, manifest);
    const { status, stderr } = await mesh.trysail(['create', '-f', file]);
    assert.equal(status, 1);
    assert.match(stderr, /^error: \S*bad\.yaml:/);
    assert.match(stderr, ours);
  });
  if (!servers) continue;
  test(`kubectl create, ${what}: named`, withKubectl, async () => {
    assert.match(await kubectl.fails('create -f -', manifest), servers);
  });
}

test('nothing of what was refused is there', withKubectl, async () => {
  assert.equal(await kubectl.ok('get routerules,virtualservices,pods -o name'), '');
});

test('files that are none', async () => {
  const folder = join(mesh.folder, 'a-folder');
  mkdirSync(folder);
  const create = async (file: string): Promise<string> => (await mesh.trysail(['create', '-f', file])).stderr;
  assert.match(await create('/nowhere.yaml'), /^error: Cannot read "\/nowhere\.yaml": no such file/);
  assert.match(await create(folder), /^error: ".*a-folder" is a directory\nhint: Name a file/);
  const binary = join(mesh.folder, 'binary');
  writeFileSync(binary, Buffer.from([0, 1, 2, 0xff, 0xfe, 0]));
  assert.match(await create(binary), /^error: \S*binary:1: /);
});

test('flags: the mistake and the choices are named', async () => {
  const up = async (...args: string[]): Promise<string> => (await mesh.trysail(['up', ...args])).stderr;
  assert.match(await up('--driver', 'vm'), /'vm' is invalid\. Allowed choices are auto, netns, process\./);
  assert.match(await up('--ingress-port', '99999'), /'99999' is invalid\. Use a number from 0 to 65535\./);
  assert.match(await up('--tutorail'), /unknown option '--tutorail'\n\(Did you mean --tutorial\?\)/);
  assert.match((await mesh.trysail(['get', 'nosuch'])).stderr, /^error: configuration type nosuch not found\nhint: /);
});

test('the ingress: an unknown host, a service without pods, a broken request', withKubectl, async () => {
  const { ingress } = mesh.status;
  const ask = async (host: string): Promise<string> =>
    (await command('curl', ['-sS', '-w', ' %{http_code}', '-H', `Host: ${host}`, ingress])).stdout;
  await kubectl.ok('create service clusterip empty --tcp=80:80');
  await kubectl.ok("create ingress empty '--rule=empty.test/*=empty:80'");
  await eventually(async () => assert.equal(await ask('empty.test'), 'no healthy upstream 503'));
  assert.match(await ask('nowhere.test'), / 404$/);
  assert.match(await raw(ingress, 'THIS IS NOT HTTP\r\n\r\n'), /^HTTP\/1\.1 400 Bad Request\r\n/);
  assert.match(await raw(ingress, 'GET / HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400 Bad Request\r\n/);
  assert.match(
    await raw(ingress, `GET / HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`),
    /^HTTP\/1\.1 431 /,
  );
});

/** Sends bytes and returns the first that come back. */
function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.once('data', (data) => {
      resolve(data.toString());
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
