import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { ApiError } from '../client/client.js';
import { NODES } from '../resources/gvr.js';
import type { MeshLauncher, MeshStatus } from './launcher.js';
import { FakeImages } from './testing/fake-images.js';
import { Terminal } from './testing/terminal.js';

const RULE = `apiVersion: config.istio.io/v1alpha2
kind: RouteRule
metadata:
  name: reviews-default
spec:
  destination:
    name: reviews
  precedence: 1
  route:
  - labels:
      version: v1
    weight: 100
`;

let terminal: Terminal;
beforeEach(() => {
  terminal = new Terminal();
});
afterEach(() => terminal.close());

test('create, replace, get, delete print what istioctl 0.7 printed', async () => {
  const file = terminal.write('rule.yaml', `---\n${RULE}`);
  assert.deepEqual(await terminal.run(['create', '-f', file]), {
    code: 0,
    out: 'Created config route-rule/shop/reviews-default at revision 101\n',
    err: '',
  });
  assert.equal(
    (await terminal.run(['replace', '-f', '-'], RULE)).out,
    'Updated config route-rule/shop/reviews-default to revision 102\n',
  );
  assert.equal(
    (await terminal.run(['get', 'routerules'])).out,
    'NAME\t\tKIND\t\t\t\t\tNAMESPACE\nreviews-default\tRouteRule.v1alpha2.config.istio.io\tshop\n',
  );
  assert.match(
    (await terminal.run(['get', 'routerule', 'reviews-default', '-o', 'yaml'])).out,
    /^apiVersion: .*---\n$/s,
  );
  assert.equal(
    (await terminal.run(['delete', 'routerule', 'reviews-default'])).out,
    'Deleted config: routerule reviews-default\n',
  );
  assert.equal((await terminal.run(['get', 'routerule'])).out, 'No resources found.\n');
});

test('delete -f names what it deleted, and what it could not', async () => {
  const file = terminal.write('rule.yaml', RULE);
  await terminal.run(['create', '-f', file, '-n', 'other']);
  assert.equal(
    (await terminal.run(['delete', '-f', file, '-n', 'other'])).out,
    'Deleted config: route-rule/other/reviews-default\n',
  );
  assert.deepEqual(await terminal.run(['delete', '-f', file]), {
    code: 1,
    out: '',
    err: 'error: cannot delete route-rule/shop/reviews-default: routerules.config.istio.io "reviews-default" not found\n',
  });
});

test('apply says whether it created, configured or changed nothing', async () => {
  const file = terminal.write('rule.yaml', RULE);
  const outcomes = [];
  for (const text of [RULE, RULE, RULE.replace('100', '50')]) {
    terminal.write('rule.yaml', text);
    outcomes.push((await terminal.run(['apply', '-f', file])).out);
  }
  assert.deepEqual(
    outcomes,
    ['created', 'unchanged', 'configured'].map((word) => `routerule.config.istio.io/reviews-default ${word}\n`),
  );
});

test('a rule that exists already is not created again', async () => {
  const file = terminal.write('rule.yaml', RULE);
  await terminal.run(['create', '-f', file]);
  assert.deepEqual(await terminal.run(['create', '-f', file]), {
    code: 1,
    out: '',
    err: `error: ${file}:1: routerules.config.istio.io "reviews-default" already exists\nhint: Change it with \`replace\` or \`apply\`.\n`,
  });
});

test("a field that the server refuses is shown with its line in the user's file", async () => {
  const message =
    'RouteRule.config.istio.io "reviews-default" is invalid: spec.route[0].weight: Invalid value: 101: must be between 0 and 100';
  terminal.client.failure = new ApiError(422, 'Invalid', message, { causes: [{ field: 'spec.route[0].weight' }] });
  const file = terminal.write('rules.yaml', `# first\n---\n${RULE.replace('100', '101')}`);
  assert.equal((await terminal.run(['create', '-f', file])).err, `error: ${file}:14: ${message}\n`);
});

for (const [what, text, expected] of [
  ['broken YAML', 'a: 1\n  b: 2\n', /^error: .*:1: Nested mappings are not allowed/],
  ['no kind', 'apiVersion: v1\nmetadata: {name: x}\n', /^error: .*:1: kind is not set\n$/],
  ['no name', 'apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {}\n', /^error: .*:3: metadata.name is not set\n$/],
  ['no object', '- 1\n', /^error: .*:1: this is not an object with apiVersion and kind\n$/],
  ['nothing', '# only a comment\n---\n', /^error: nothing to create: .* has no objects\n$/],
  [
    'an unknown kind',
    RULE.replace('RouteRule', 'RoutRule'),
    /:2: no kind "RoutRule" in version "config.istio.io\/v1alpha2"\nhint: Did you mean RouteRule\?/,
  ],
  [
    'an unknown version',
    RULE.replace('v1alpha2', 'v1alpha9'),
    /:1: no RouteRule in version "config.istio.io\/v1alpha9"\nhint: It exists in config.istio.io\/v1alpha2/,
  ],
] as const) {
  test(`a file with ${what} is refused with file and line`, async () => {
    const { code, err } = await terminal.run(['create', '-f', terminal.write('bad.yaml', text)]);
    assert.equal(code, 1);
    assert.match(err, expected);
  });
}

test('a slip in the last object keeps the first from being created', async () => {
  const file = terminal.write('two.yaml', `${RULE}---\n${RULE.replace('RouteRule', 'Nonsense')}`);
  const { code, err, out } = await terminal.run(['create', '-f', file]);
  assert.deepEqual([code, out], [1, '']);
  assert.match(err, /two.yaml:15: no kind "Nonsense"/);
});

test('the items of a List are objects of their own', async () => {
  const items = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'b' } },
  ];
  const { out } = await terminal.run(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  assert.equal(out, 'configmap/a created\nnamespace/b created\n');
});

test('an object of another namespace than the one asked for is refused', async () => {
  const file = terminal.write('rule.yaml', RULE.replace('name: reviews-default', 'name: r\n  namespace: here'));
  const { code, err } = await terminal.run(['create', '-f', file, '-n', 'there']);
  assert.equal(code, 1);
  assert.match(
    err,
    /:3: the namespace from the provided object "here" does not match the namespace "there"\nhint: You must pass '--namespace=here'/,
  );
});

test('a mistyped kind on the command line brings a suggestion; a hyphenated one the spelling', async () => {
  assert.match(
    (await terminal.run(['get', 'rooterule'])).err,
    /^error: configuration type rooterule not found\nhint: Did you mean routerule\?/,
  );
  assert.match((await terminal.run(['get', 'route-rule'])).err, /Please use non-hyphenated resource name "routerule"/);
});

test('without a mesh the error says how to start one', async () => {
  delete terminal.env['KUBECONFIG'];
  assert.deepEqual(await terminal.run(['get', 'pods']), {
    code: 1,
    out: '',
    err: `error: no kubeconfig at ${join(terminal.folder, 'trysail', 'default', 'kubeconfig')}\nhint: Start a mesh with \`trysail up\`, or set KUBECONFIG.\n`,
  });
});

test('kube-inject prints the file with sidecars, and a broken one with its name', async () => {
  const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: web}]}\n';
  assert.match((await terminal.run(['kube-inject', '-f', '-'], pod)).out, /istio-proxy/);
  const file = terminal.write('broken.yaml', 'a: 1\n b: 2\n');
  const { code, err } = await terminal.run(['kube-inject', '-f', file]);
  assert.equal(code, 1);
  assert.match(err, /^error: .*broken.yaml: /);
});

test('a wrong command line ends with 2 and says what is wrong', async () => {
  const unknown = await terminal.run(['stattus']);
  assert.equal(unknown.code, 2);
  assert.match(unknown.err, /unknown command 'stattus'\n\(Did you mean status\?\)/);
  assert.equal((await terminal.run(['up', '--driver', 'vm'])).code, 2);
  assert.equal((await terminal.run(['up', '--ingress-port', '99999'])).code, 2);
  assert.equal((await terminal.run(['--help'])).code, 0);
});

const STATUS: MeshStatus = {
  name: 'default',
  version: '1.2.3',
  pid: 1,
  stateFolder: '',
  driver: 'process',
  driverReason: 'asked for',
  kubeconfig: '',
  apiServer: 'https://127.0.0.1:6443',
  ingress: 'http://127.0.0.1:8080',
  console: 'http://127.0.0.1:8089',
};

function statusOf(folder: string): MeshStatus {
  return { ...STATUS, stateFolder: folder, kubeconfig: join(folder, 'kubeconfig') };
}

test('up hands its flags to the launcher and ends as the mesh does', async () => {
  terminal.status = statusOf(terminal.folder);
  const { code, out } = await terminal.run([
    'up',
    '--tutorial',
    '--driver',
    'process',
    '--ingress-port',
    '0',
    '--name',
    'two',
    '--nodes',
    '3',
    '--outbound-traffic-policy',
    'REGISTRY_ONLY',
  ]);
  assert.equal(code, 7);
  assert.match(out, /The mesh is up \(0\.\d s\)/);
  assert.deepEqual(terminal.ups, [
    {
      ...{ name: 'two', driver: 'process', ephemeral: false, example: 'tutorial', ingressPort: 0, nodes: 3 },
      outboundTrafficPolicy: 'REGISTRY_ONLY',
    },
  ]);
  assert.match(
    (await terminal.run(['up', '--name', 'Not A Name'])).err,
    /^error: Cannot use "Not A Name" as the name of a mesh/,
  );
});

test('up --example names the example; --tutorial is one of them', async () => {
  terminal.status = statusOf(terminal.folder);
  await terminal.run(['up', '--example', 'bookinfo']);
  assert.equal(terminal.ups[0]?.example, 'bookinfo');
  assert.equal((await terminal.run(['up', '--tutorial', '--example', 'bookinfo'])).code, 2);
});

test('up: nodes are from one to ten', async () => {
  for (const count of ['0', '11', 'many']) {
    assert.match((await terminal.run(['up', '--nodes', count])).err, /Use a number from 1 to 10\./);
  }
});

test('node stop and start mark the Node object; one that is not there is not made', async () => {
  await terminal.client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } });
  assert.equal((await terminal.run(['node', 'stop', 'node-1'])).out, 'node/node-1 stopped\n');
  assert.match((await terminal.run(['node', 'stop', 'node-9'])).err, /"node-9" not found/);
});

test('up: a signal while the mesh starts ends the start, and a second one changes nothing', async () => {
  const up: MeshLauncher['up'] = async (_options, _progress, signal) => {
    process.emit('SIGTERM');
    process.emit('SIGINT');
    signal.throwIfAborted();
    throw new Error('not reached');
  };
  const status = statusOf(terminal.folder);
  const usual = { upDetached: async () => status, down: async () => true, status: async () => undefined };
  terminal.overrides = { launcher: { up, ...usual } };
  assert.deepEqual(await terminal.run(['up']), { code: 130, out: '', err: 'Ending the mesh …\n' });
  assert.equal(process.listenerCount('SIGTERM'), 0);
});

test('status and down know a mesh that does not run', async () => {
  assert.deepEqual(await terminal.run(['status']), {
    code: 1,
    out: '',
    err: 'error: the mesh "default" does not run\nhint: Start it with `trysail up`.\n',
  });
  assert.equal((await terminal.run(['down'])).out, 'The mesh "default" does not run.\n');
  terminal.status = statusOf(terminal.folder);
  assert.equal(JSON.parse((await terminal.run(['status', '-o', 'json'])).out).ingress, 'http://127.0.0.1:8080');
});

test('console prints a link that signs in', async () => {
  terminal.status = statusOf(terminal.folder);
  terminal.write('console-token', 's3cret');
  assert.equal((await terminal.run(['console'])).out, 'http://127.0.0.1:8089/?token=s3cret\n');
  terminal.status = undefined;
  assert.match((await terminal.run(['console'])).err, /^error: the mesh "default" does not run/);
});

test("shell: a line's kubectl, istioctl and HTTP mean this mesh", async () => {
  terminal.status = statusOf(terminal.folder);
  const line = `cd ${terminal.folder} && { istioctl version; docker build -t x .; grep namespace "$KUBECONFIG"; echo $http_proxy $no_proxy; tail -2 $SIEGERC; cat <(echo substituted); } > seen; exit 3`;
  assert.equal((await terminal.run(['shell', '--namespace', 'garden', '-c', line])).code, 3);
  assert.deepEqual(readFileSync(join(terminal.folder, 'seen'), 'utf8').trim().split('\n'), [
    'trysail: version',
    'trysail: image build -t x .',
    '      namespace: garden',
    'http://127.0.0.1:8080 localhost,127.0.0.1,::1',
    'proxy-host = 127.0.0.1',
    'proxy-port = 8080',
    'substituted',
  ]);
});

test('image: list, inspect and push show what the store has', async () => {
  const image = {
    id: `sha256:${'ab'.repeat(32)}`,
    digest: `sha256:${'cd'.repeat(32)}`,
    names: ['docker.io/shop/cart:v1'],
    created: '2026-01-01T00:00:00Z',
    size_bytes: 12_345_678,
    config: {},
  };
  const images = new FakeImages(image);
  terminal.overrides = { images: async () => images };
  assert.equal(
    (await terminal.run(['image', 'list'])).out,
    'REPOSITORY   TAG   IMAGE ID       CREATED     SIZE\nshop/cart    v1    abababababab   1 day ago   12.3MB\n',
  );
  assert.equal(
    (await terminal.run(['image', 'build', '-t', 'shop/cart:v1', '--build-arg', 'A=b=c', '.'])).out,
    'Successfully built abababababab\nSuccessfully tagged shop/cart:v1\n',
  );
  assert.equal(
    (await terminal.run(['image', 'push', 'shop/cart:v1'])).out,
    `The push refers to repository [127.0.0.1:5000/shop/cart]\nv1: digest: ${image.digest} size: 7\n`,
  );
  assert.match((await terminal.run(['image', 'push', '--username', 'me', 'x'])).err, /need each other/);
  assert.equal(
    (await terminal.run(['image', 'list', 'other'])).out.trim(),
    'REPOSITORY   TAG   IMAGE ID   CREATED   SIZE',
  );
  assert.deepEqual(JSON.parse((await terminal.run(['image', 'list', 'shop/cart', '-o', 'json'])).out), [image]);
  assert.match((await terminal.run(['image', 'inspect', 'none'])).err, /^error: No such image: none\n/);
});
