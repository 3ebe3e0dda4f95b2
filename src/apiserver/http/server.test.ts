import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { SILENT_LOGGER } from '../../base/logger.js';
import type { ExecOptions, PodAccess, ProcessStreams } from '../../resources/core/pod-access.js';
import { configMap, type Harness, sail, startApi } from '../testing/harness.js';
import { CONFIG_MAP, POD, SAIL } from '../testing/kinds.js';
import { BODY_BYTES_MAX } from './body.js';
import { ApiServer } from './server.js';

interface Answer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly json: Json;
}

/** An answer of a shape that the test knows. */
interface Json {
  readonly [field: string]: Json;
}

function at(json: unknown, ...path: (string | number)[]): Json {
  return path.reduce((value, step) => (value as Record<string | number, unknown>)[step], json) as Json;
}

function list(json: Json | undefined): readonly Json[] {
  return json as unknown as readonly Json[];
}

interface Running extends Harness {
  readonly port: number;
  call(
    method: string,
    path: string,
    options?: { headers?: Record<string, string>; body?: unknown; token?: string },
  ): Promise<Answer>;
}

const access: PodAccess = {
  logs: async (pod, { container, tailLines }) => Readable.from([`${pod.node}/${pod.name}/${container}/${tailLines}\n`]),
  exec: async (_pod, { command }: ExecOptions, { stdin, stdout, stderr }: ProcessStreams) => {
    if (command[0] === 'missing') return { exitCode: 127, startError: 'no such file' };
    if (stdin) for await (const chunk of stdin) stdout?.write(chunk);
    stderr?.write('bye');
    return { exitCode: Number(command[1]) };
  },
  attach: async () => ({ exitCode: 0 }),
  connect: async () => new PassThrough(),
};

async function start(t: TestContext): Promise<Running> {
  const harness = await startApi();
  const server = new ApiServer({
    api: harness.api,
    clock: harness.clock,
    logger: SILENT_LOGGER,
    version: { major: '1', minor: '32', gitVersion: 'v1.32.0' },
    tokens: [{ token: 'right', user: { name: 'admin', groups: [] } }],
    podAccess: access,
  });
  const port = await server.listen(0);
  t.after(() => server.close());
  const call: Running['call'] = (method, path, { headers, body, token = 'right' } = {}) =>
    new Promise((resolve, reject) => {
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      const auth = token === '' ? {} : { authorization: `Bearer ${token}` };
      const request = httpRequest({
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: { ...auth, ...headers },
        agent: false,
      });
      request.on('error', reject);
      request.on('response', async (response) => {
        let answer = '';
        for await (const chunk of response) answer += chunk;
        const isJson = response.headers['content-type']?.startsWith('application/json');
        resolve({
          code: response.statusCode ?? 0,
          headers: response.headers,
          text: answer,
          json: isJson && !answer.includes('}\n{') ? JSON.parse(answer) : {},
        });
      });
      request.end(text);
    });
  return { ...harness, port, call };
}

test('without the right token nothing but health and version is told', async (t) => {
  const { call } = await start(t);
  assert.equal((await call('GET', '/api/v1/configmaps', { token: '' })).json.reason, 'Unauthorized');
  assert.equal((await call('GET', '/api', { token: 'wrong' })).code, 401);
  assert.equal((await call('GET', '/livez', { token: '' })).text, 'ok');
  assert.equal((await call('GET', '/version', { token: '' })).json.gitVersion, 'v1.32.0');
});

test('web pages and foreign names are refused', async (t) => {
  const { call } = await start(t);
  assert.equal((await call('GET', '/livez', { headers: { host: 'evil.test' } })).code, 403);
  assert.equal((await call('GET', '/livez', { headers: { origin: 'http://localhost' } })).code, 403);
  assert.equal((await call('GET', '/livez', { headers: { host: 'localhost:1234' } })).code, 200);
});

test("paths that are nobody's, and methods that do not fit", async (t) => {
  const { call } = await start(t);
  assert.equal((await call('GET', '/nothing')).code, 404);
  assert.equal((await call('GET', '/apis/none.test/v1/things')).code, 404);
  assert.equal((await call('GET', '/api/v1/namespaces/sea/configmaps/a/b/c')).code, 404);
  assert.equal((await call('GET', '/api/v1/configmaps/%ff')).code, 404);
  assert.equal((await call('PUT', '/api/v1/namespaces/sea/configmaps')).code, 405);
});

test('bodies: too large, of unknown type, broken', async (t) => {
  const { call } = await start(t);
  const path = '/api/v1/namespaces/sea/configmaps';
  const large = 'x'.repeat(BODY_BYTES_MAX + 1);
  assert.equal((await call('POST', path, { body: large })).json['reason'], 'RequestEntityTooLarge');
  assert.equal((await call('POST', path, { body: large, headers: { 'transfer-encoding': 'chunked' } })).code, 413);
  assert.equal((await call('POST', path, { body: large, token: 'wrong' })).code, 401);
  const unknown = await call('POST', path, { body: 'x', headers: { 'content-type': 'text/html' } });
  assert.deepEqual([unknown.code, unknown.json.reason], [415, 'UnsupportedMediaType']);
  assert.equal((await call('POST', path, { body: '{' })).code, 400);
  assert.equal((await call('GET', path, { headers: { accept: 'application/vnd.kubernetes.protobuf' } })).code, 406);
  const fitting = await call('POST', path, { body: configMap('a', { k: 'x'.repeat(1_000_000) }) });
  assert.equal(fitting.code, 201);
});

test('YAML is taken and given', async (t) => {
  const { call } = await start(t);
  const headers = { 'content-type': 'application/yaml', accept: 'application/yaml' };
  const body = 'kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: a\ndata:\n  k: v\n';
  const answer = await call('POST', '/api/v1/namespaces/sea/configmaps', { body, headers });
  assert.equal(answer.code, 201);
  assert.match(answer.text, /^ {2}k: v$/m);
});

test('duplicate and unknown fields come back as warnings', async (t) => {
  const { call } = await start(t);
  const body = '{"metadata":{"name":"jib"},"spec":{"area":1,"area":2,"aera":3}}';
  const answer = await call('POST', '/apis/boats.test/v1/namespaces/sea/sails', { body });
  assert.equal(answer.code, 201);
  assert.equal(
    answer.headers['warning'],
    '299 - "duplicate field \\"spec.area\\"", 299 - "unknown field \\"spec.aera\\" (did you mean \\"area\\"?)"',
  );
});

test('a deprecated version says so', async (t) => {
  const { call } = await start(t);
  const answer = await call('GET', '/apis/old.test/v1beta1/sails');
  assert.equal(answer.headers['warning'], '299 - "old.test/v1beta1 Sail is deprecated; use boats.test/v1 Sail"');
});

test('a table has the columns of the kind, wide ones behind the age', async (t) => {
  const { call, api } = await start(t);
  await api.create(SAIL, sail('jib', { area: 7 }), 'sea');
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
  const { json } = await call('GET', '/apis/boats.test/v1/sails', { headers: { accept } });
  assert.deepEqual(
    list(json['columnDefinitions']).map((column) => `${column.name}:${column.priority}`),
    ['Name:0', 'Area:0', 'Age:0', 'Cloth:1'],
  );
  assert.deepEqual(at(json, 'rows', 0, 'cells'), ['jib', 7, '0s', 'cotton']);
  assert.equal(at(json, 'rows', 0, 'object', 'kind'), 'PartialObjectMetadata');
});

test('a delete answers with a Status, or with the object while that is still going', async (t) => {
  const { call, api } = await start(t);
  await api.create(CONFIG_MAP, configMap('a'), 'sea');
  await api.create(CONFIG_MAP, { metadata: { name: 'b', finalizers: ['test/hold'] } }, 'sea');
  const gone = await call('DELETE', '/api/v1/namespaces/sea/configmaps/a');
  assert.deepEqual([gone.json.kind, gone.json.status, at(gone.json, 'details', 'name')], ['Status', 'Success', 'a']);
  const going = await call('DELETE', '/api/v1/namespaces/sea/configmaps/b');
  assert.equal(going.json.kind, 'ConfigMap');
  const wrong = await call('DELETE', '/api/v1/namespaces/sea/configmaps/b?propagationPolicy=Maybe');
  assert.equal(wrong.code, 422);
});

test('a watch streams events and bookmarks, and ends in time', async (t) => {
  const { call, api, clock, store } = await start(t);
  const path = `/api/v1/configmaps?watch=1&resourceVersion=${store.revision}&allowWatchBookmarks=true&timeoutSeconds=90`;
  const watching = call('GET', path);
  await until(() => clock.pendingTimers === 2);
  await api.create(CONFIG_MAP, configMap('a'), 'sea');
  clock.advance(60_000);
  clock.advance(30_000);
  const events = (await watching).text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    events.map(({ type, object }) => `${type} ${object.kind} ${object.metadata.resourceVersion}`),
    ['ADDED ConfigMap 2', 'BOOKMARK ConfigMap 2'],
  );
  assert.equal(clock.pendingTimers, 0);
});

test('a watch from a revision that is not there yet is refused before it starts', async (t) => {
  const { call } = await start(t);
  const answer = await call('GET', '/api/v1/configmaps?watch=1&resourceVersion=999');
  assert.equal(answer.code, 504);
});

test('discovery: groups in order, resources with subresources, and all at once', async (t) => {
  const { call } = await start(t);
  const groups = await call('GET', '/apis');
  assert.deepEqual(
    list(groups.json['groups']).map((group) => group['name']),
    ['boats.test', 'old.test'],
  );
  const resources = await call('GET', '/apis/boats.test/v1');
  assert.deepEqual(
    list(resources.json['resources']).map((resource) => resource['name']),
    ['sails', 'sails/scale', 'sails/status'],
  );
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
  const all = await call('GET', '/apis', { headers: { accept } });
  assert.equal(all.headers['content-type'], 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
  const sails = at(all.json, 'items', 0, 'versions', 0, 'resources', 0);
  assert.deepEqual(
    [sails['resource'], sails['shortNames'], at(sails, 'subresources', 0, 'responseKind', 'kind')],
    ['sails', ['sl'], 'Scale'],
  );
  assert.equal(at(all.json, 'items', 1, 'versions', 0, 'resources', 0)['shortNames'], undefined);
});

test('OpenAPI names each group, and says that the server checks fields', async (t) => {
  const { call } = await start(t);
  const index = await call('GET', '/openapi/v3');
  const url = String(at(index.json, 'paths', 'apis/boats.test/v1', 'serverRelativeURL'));
  const document = await call('GET', url);
  assert.match(String(document.headers['cache-control']), /immutable/);
  const patch = at(document.json, 'paths', '/apis/boats.test/v1/namespaces/{namespace}/sails/{name}', 'patch');
  assert.deepEqual(patch['x-kubernetes-group-version-kind'], { group: 'boats.test', version: 'v1', kind: 'Sail' });
  assert.ok(list(patch['parameters']).some((parameter) => String(parameter['name']) === 'fieldValidation'));
  const cached = await call('GET', url, { headers: { 'if-none-match': String(document.headers['etag']) } });
  assert.equal(cached.code, 304);
});

async function pod(api: Harness['api'], ...names: string[]): Promise<void> {
  const spec = { nodeName: 'n1', containers: names.map((name) => ({ name, image: 'i' })) };
  await api.create(POD, { metadata: { name: 'p' }, spec }, 'sea');
}

test('logs: of the only container, or of the one named', async (t) => {
  const { call, api } = await start(t);
  await pod(api, 'a', 'b');
  const path = '/api/v1/namespaces/sea/pods/p/log';
  assert.equal((await call('GET', `${path}?container=b&tailLines=3`)).text, 'n1/p/b/3\n');
  const which = await call('GET', path);
  assert.equal(which.json.message, 'a container name must be specified for pod p, choose one of: [a b]');
  assert.equal((await call('GET', `${path}?container=c`)).json.message, 'container c is not valid for pod p');
});

/** Runs a command over the WebSocket protocol; what each channel carried. */
function exec(port: number, query: string, stdin?: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const url = `ws://127.0.0.1:${port}/api/v1/namespaces/sea/pods/p/exec?${query}`;
    const socket = new WebSocket(url, ['v5.channel.k8s.io'], { headers: { authorization: 'Bearer right' } });
    const channels: string[] = [];
    socket.on('open', () => {
      if (stdin === undefined) return;
      socket.send(Buffer.from(`\x00${stdin}`));
      socket.send(Buffer.from([255, 0]));
    });
    socket.on('message', (data: Buffer) => {
      channels[data[0]!] = (channels[data[0]!] ?? '') + data.subarray(1).toString();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(channels));
  });
}

test('exec: streams both ways, and the exit code at the end', async (t) => {
  const { api, port } = await start(t);
  await pod(api, 'a');
  const channels = await exec(port, 'command=exit&command=3&stdin=true&stdout=true&stderr=true', 'ahoy');
  assert.deepEqual([channels[1], channels[2]], ['ahoy', 'bye']);
  const status = JSON.parse(channels[3]!);
  assert.deepEqual([status.reason, status.details.causes], ['NonZeroExitCode', [{ reason: 'ExitCode', message: '3' }]]);
  assert.equal(JSON.parse((await exec(port, 'command=exit&command=0'))[3]!).status, 'Success');
  assert.match(JSON.parse((await exec(port, 'command=missing'))[3]!).message, /no such file/);
});

test('exec without a command or a pod is refused in plain HTTP', async (t) => {
  const { api, port } = await start(t);
  await assert.rejects(exec(port, 'command=x'), /404/);
  await pod(api, 'a');
  await assert.rejects(exec(port, 'stdout=true'), /400/);
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
