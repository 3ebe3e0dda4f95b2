import assert from 'node:assert/strict';
import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { SILENT_LOGGER } from '../../base/logger.js';
import type { Overview } from './overview.js';
import type { PageFile } from './page-files.js';
import { CONNECTIONS_MAX, ConsoleServer, HEADER_BYTES_MAX } from './server.js';

const TOKEN = 'S3cret-token_of-the-test';
const OVERVIEW = { mesh: { name: 'm' }, services: [], pods: [], rules: [], proxies: [] } as unknown as Overview;
const OPEN = ['/sign-in.html', '/style.css'];
const FILES = new Map<string, PageFile>(
  ['/', '/app.js', ...OPEN].map((path) => [
    path,
    { type: 'text/plain', body: Buffer.from(`file ${path}`), open: OPEN.includes(path) },
  ]),
);

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let server: ConsoleServer;
let port: number;
let failure: Error | undefined;
beforeEach(async () => {
  failure = undefined;
  const overview = (): Overview => {
    if (failure) throw failure;
    return OVERVIEW;
  };
  server = new ConsoleServer({ source: { overview }, files: FILES, token: TOKEN, logger: SILENT_LOGGER });
  port = await server.listen(0, '127.0.0.1');
});
afterEach(() => server.close());

function ask(path: string, options: RequestOptions = {}, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path, agent: false, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    asking.on('error', reject).end(body);
  });
}

const cookie = (value = TOKEN): string => `other=1; trysail-console-${port}=${value}`;
const signedIn = (): RequestOptions => ({ headers: { cookie: cookie() } });

test('the link signs in: a cookie that scripts and other sites do not get, and an address without the token', async () => {
  const answer = await ask(`/?token=${TOKEN}`);
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.location, '/');
  assert.deepEqual(answer.headers['set-cookie'], [
    `trysail-console-${port}=${TOKEN}; Path=/; HttpOnly; SameSite=Strict`,
  ]);
  assert.equal((await ask('/', signedIn())).body, 'file /');
  assert.deepEqual(JSON.parse((await ask('/api/overview', signedIn())).body), OVERVIEW);
});

test('without the token, or with a wrong one, the answer is 401 and says how to sign in', async () => {
  const wrong: [string, RequestOptions][] = [
    ['/', {}],
    ['/?token=', {}],
    [`/?token=${TOKEN}x`, {}],
    ['/?token=wrong', signedIn()],
    ['/', { headers: { cookie: cookie(`${TOKEN}x`) } }],
    ['/', { headers: { cookie: `trysail-console-${port + 1}=${TOKEN}` } }],
    ['/app.js', {}],
    [`/app.js?token=${TOKEN}`, {}],
    ['/api/overview', {}],
    [`/api/overview?token=${TOKEN}`, {}],
    ['/nothing', {}],
  ];
  for (const [path, options] of wrong) {
    const { status, body, headers } = await ask(path, options);
    assert.deepEqual([path, status, body], [path, 401, 'file /sign-in.html']);
    assert.equal(headers['set-cookie'], undefined);
  }
  assert.equal((await ask('/style.css')).status, 200);
});

test('a name that was made to point here is refused, whoever asks', async () => {
  for (const host of [`evil.example:${port}`, '127.0.0.1', `127.0.0.1:${port + 1}`, `127.0.0.1.evil.example:${port}`]) {
    assert.equal((await ask('/', { headers: { host, cookie: cookie() } })).status, 403, host);
  }
  for (const name of ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]']) {
    const headers = { host: `${name}:${port}`, cookie: cookie() };
    assert.equal((await ask('/', { headers })).status, 200, name);
  }
});

test('a request of another origin is refused, even of another port here', async () => {
  const origins = ['http://evil.example', 'null', `http://127.0.0.1:${port + 1}`, `https://127.0.0.1:${port}`];
  for (const origin of [...origins, `http://localhost:${port}`]) {
    assert.equal((await ask('/api/overview', { headers: { origin, cookie: cookie() } })).status, 403, origin);
  }
  const headers = { origin: `http://127.0.0.1:${port}`, cookie: cookie() };
  assert.equal((await ask('/api/overview', { headers })).status, 200);
});

test('only GET and HEAD are answered, and no body is taken', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    const { status, headers } = await ask('/api/overview', { ...signedIn(), method });
    assert.deepEqual([method, status, headers.allow], [method, 405, 'GET, HEAD']);
  }
  assert.equal((await ask('/', { headers: { cookie: cookie(), 'content-length': '1' } }, 'x')).status, 413);
  assert.equal((await ask('/', { headers: { cookie: cookie(), 'transfer-encoding': 'chunked' } }, 'x')).status, 413);
  const head = await ask('/', { ...signedIn(), method: 'HEAD' });
  assert.deepEqual([head.status, head.body, head.headers['content-length']], [200, '', '6']);
});

test('a path that is not in the table is nothing, however it is spelled', async () => {
  const paths = [
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/app.js',
    '//app.js',
    '/./app.js',
    '/app.js/',
    '/app.js%00',
  ];
  for (const path of [...paths, '/index.html', '/__proto__', `http://127.0.0.1:${port}/app.js`, '/\\app.js']) {
    assert.equal((await ask(path, signedIn())).status, 404, path);
  }
  assert.equal((await ask('/app.js?v=1', signedIn())).status, 200);
});

test('every answer keeps the browser from running, framing, caching or telling what it should not', async () => {
  const asked: [string, RequestOptions][] = [
    ['/', signedIn()],
    ['/api/overview', signedIn()],
    ['/', {}],
    [`/?token=${TOKEN}`, {}],
    ['/nothing', signedIn()],
    ['/', { headers: { host: 'evil.example' } }],
    ['/', { method: 'POST' }],
  ];
  for (const [path, options] of asked) {
    const { headers } = await ask(path, options);
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; .*frame-ancestors 'none'$/);
    assert.doesNotMatch(policy, /unsafe|\*|http/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
    assert.equal(headers['access-control-allow-origin'], undefined);
  }
});

test('when the mesh cannot be looked at the answer is 500 and tells nothing of why', async () => {
  failure = new Error('inner matter');
  const { status, body } = await ask('/api/overview', signedIn());
  assert.equal(status, 500);
  assert.doesNotMatch(body, /inner matter/);
  failure = undefined;
  assert.equal((await ask('/api/overview', signedIn())).status, 200);
});

test('limits: headers, and connections at a time', async () => {
  const filler = 'x'.repeat(HEADER_BYTES_MAX);
  assert.equal((await ask('/', { headers: { filler } })).status, 431);

  const open = Array.from({ length: CONNECTIONS_MAX }, () => connect(port, '127.0.0.1'));
  try {
    await Promise.all(open.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
    await assert.rejects(ask('/', signedIn()), /ECONNRESET|socket hang up/);
  } finally {
    for (const socket of open) socket.destroy();
  }
});
