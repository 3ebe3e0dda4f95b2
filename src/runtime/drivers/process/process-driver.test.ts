import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Sandbox } from '../driver.js';
import { capture, containerSpec, rootfsWith, sandboxSpec, startDriver, temporaryFolder, textOf } from './testing.js';

const SERVER = `
const http = require('node:http'), os = require('node:os');
http.createServer((q, s) => s.end(os.hostname() + ' ' + process.env.HOSTNAME)).listen(8080, () => console.log('listening'));
`;

async function get(sandbox: Sandbox, port: number): Promise<string> {
  const socket = await sandbox.connect(port);
  socket.write('GET / HTTP/1.0\r\n\r\n');
  return (await textOf(socket)).split('\r\n\r\n')[1]!;
}

test('two pods listen on the same port, each with its own host name', async (t) => {
  const driver = await startDriver(t);
  const rootfs = await rootfsWith(t, { 'server.js': SERVER });
  for (const hostname of ['pod-a', 'pod-b']) {
    const sandbox = await driver.createSandbox(sandboxSpec({ hostname }));
    const process = await sandbox.start(containerSpec(['node', '/server.js'], { rootfs }));
    await once(process.stdout, 'data');
    assert.equal(await get(sandbox, 8080), `${hostname} ${hostname}`);
  }
});

test('an ES module app is captured as well, and localhost is the pod', async (t) => {
  const driver = await startDriver(t);
  const rootfs = await rootfsWith(t, {
    'app.mjs': `import { createServer, get } from 'node:http'; import { hostname } from 'node:os';
      const server = createServer((q, s) => s.end('self')).listen(8080, '0.0.0.0', () =>
        get('http://localhost:8080/', (answer) => answer.on('data', (d) => { console.log(hostname() + ' ' + d); server.close(); })));`,
  });
  const sandbox = await driver.createSandbox(sandboxSpec());
  const process = await sandbox.start(containerSpec(['node', 'app.mjs'], { rootfs }));
  assert.equal(await textOf(process.stdout), 'pod-1 self\n');
  assert.deepEqual(await process.exited, { exitCode: 0 });
});

const CLIENTS: Readonly<Record<string, string>> = {
  'http.get': `require('node:http').get('http://preference:8080/x', (r) => r.pipe(process.stdout))`,
  fetch: `fetch('http://preference:8080/x').then((r) => r.text()).then((t) => process.stdout.write(t))`,
  'net.connect with writes before the connection': `const s = require('node:net').connect(8080, 'preference');
    s.write('GET /x HTTP/1.1\\r\\nhost: preference\\r\\n\\r\\n'); s.on('data', (d) => process.stdout.write('captured'))`,
};
for (const [name, script] of Object.entries(CLIENTS)) {
  test(`${name}: a service's name leads through the sidecar with the original destination`, async (t) => {
    const driver = await startDriver(t, { 'preference.default': '10.96.1.2' });
    const sandbox = await driver.createSandbox(sandboxSpec());
    const arrived = (await capture(t, sandbox.podIP, 15001))();
    const client = await sandbox.start(containerSpec(['node', '-e', script]));
    const bytes = await arrived;
    assert.equal(bytes.subarray(0, 16).toString('hex'), '0d0a0d0a000d0a515549540a2111000c');
    assert.deepEqual([...bytes.subarray(20, 24)], [10, 96, 1, 2]);
    assert.equal(bytes.readUInt16BE(26), 8080);
    assert.match(bytes.subarray(28).toString(), /^GET \/x HTTP\/1.1\r\n/);
    assert.match(await textOf(client.stdout), /captured/);
    assert.equal((await client.exited).exitCode, 0);
  });
}

test('TLS begins after the header, with the name that the program asked for', async (t) => {
  const driver = await startDriver(t, { 'api.example.com': '192.0.2.7' });
  const sandbox = await driver.createSandbox(sandboxSpec());
  const arrived = (await capture(t, sandbox.podIP, 15001))();
  const script = `require('node:https').get('https://api.example.com/').on('error', (e) => console.log(e.code))`;
  const client = await sandbox.start(containerSpec(['node', '-e', script]));
  const bytes = await arrived;
  assert.deepEqual([...bytes.subarray(20, 24)], [192, 0, 2, 7]);
  assert.equal(bytes.readUInt16BE(26), 443);
  assert.equal(bytes[28], 0x16, 'a TLS handshake record');
  assert.ok(bytes.includes('api.example.com'), 'server name indication');
  assert.match(await textOf(client.stdout), /^(ERR_SSL|EPROTO|ECONNRESET)/);
});

/** The sidecar of a pod as it matters here: takes the header away and joins the connection to a server of the test. */
async function relay(t: TestContext, address: string, port: number): Promise<Buffer[]> {
  const headers: Buffer[] = [];
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (first: Buffer) => {
      headers.push(first.subarray(0, 28));
      const upstream = net.connect(port, '127.0.0.1');
      upstream.on('error', () => socket.destroy());
      upstream.write(first.subarray(28));
      socket.pipe(upstream).pipe(socket);
    });
  });
  server.listen(15001, address);
  await once(server, 'listening');
  t.after(() => server.close());
  return headers;
}

test('HTTP/2 and kept connections work through the sidecar', async (t) => {
  const upstream = http2.createServer((_, answer) => answer.end('h2'));
  const plain = http.createServer((_, answer) => answer.end('h1'));
  for (const server of [upstream, plain]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
  }
  t.after(() => plain.closeAllConnections());
  const driver = await startDriver(t, { 'grpc.default': '10.96.1.2', 'web.default': '10.96.1.3' });
  const portOf = (server: { address(): unknown }) => (server.address() as net.AddressInfo).port;
  for (const [script, port, printed, connections] of [
    [
      `const s = require('node:http2').connect('http://grpc:7000'); const r = s.request({ ':path': '/' });
       r.pipe(process.stdout); r.on('end', () => s.close());`,
      portOf(upstream),
      'h2',
      1,
    ],
    [
      `const http = require('node:http'), agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
       const get = (then) => http.get({ host: 'web', agent }, (r) => r.on('data', (d) => process.stdout.write(d)).on('end', () => setImmediate(then)));
       get(() => get(() => agent.destroy()));`,
      portOf(plain),
      'h1h1',
      1,
    ],
  ] as const) {
    const sandbox = await driver.createSandbox(sandboxSpec());
    const headers = await relay(t, sandbox.podIP, port);
    const client = await sandbox.start(containerSpec(['node', '-e', script]));
    assert.equal(await textOf(client.stdout), printed);
    assert.equal(headers.length, connections);
  }
});

test('without its sidecar a program sees a refused connection', async (t) => {
  const driver = await startDriver(t, { 'web.default': '10.96.1.3', 'api.example': '192.0.2.1' });
  const sandbox = await driver.createSandbox(sandboxSpec());
  const script = `require('node:http').get('http://web/').on('error', (e) => console.log(e.code));
    require('node:https').get('https://api.example/').on('error', (e) => console.log(e.code));`;
  const client = await sandbox.start(containerSpec(['node', '-e', script]));
  assert.equal(await textOf(client.stdout), 'ECONNREFUSED\nECONNREFUSED\n');
});

test('names: host aliases, its own, services by every form and by dns.resolve4; others are unknown', async (t) => {
  const driver = await startDriver(t, { 'preference.default': '10.96.1.2', 'db.data': '10.96.1.3' });
  const hostAliases = [{ ip: '192.0.2.9', hostnames: ['Legacy.example'] }];
  const sandbox = await driver.createSandbox(sandboxSpec({ hostAliases }));
  const script = `import dns, { lookup } from 'node:dns'; import { promisify } from 'node:util';
    const show = async (p) => console.log(JSON.stringify(await p.catch((e) => e.code)));
    await show(promisify(lookup)('preference'));
    await show(dns.promises.lookup('db.data', { all: true }));
    await show(dns.promises.lookup('legacy.EXAMPLE'));
    await show(dns.promises.lookup('pod-1'));
    await show(dns.promises.resolve4('db.data.svc.cluster.local'));
    await show(dns.promises.lookup('nobody.invalid'));`;
  const rootfs = await rootfsWith(t, { 'app.mjs': script });
  const running = await sandbox.start(containerSpec(['node', 'app.mjs'], { rootfs }));
  assert.deepEqual(
    (await textOf(running.stdout))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [
      { address: '10.96.1.2', family: 4 },
      [{ address: '10.96.1.3', family: 4 }],
      { address: '192.0.2.9', family: 4 },
      { address: sandbox.podIP, family: 4 },
      ['10.96.1.3'],
      'ENOTFOUND',
    ],
  );
});

test('worker threads and child processes are captured too', async (t) => {
  const driver = await startDriver(t);
  const sandbox = await driver.createSandbox(sandboxSpec());
  const script = `const w = require('node:worker_threads'), c = require('node:child_process');
    new w.Worker("console.log(require('node:os').hostname())", { eval: true }).on('exit', () =>
      console.log(c.execFileSync('node', ['-p', 'os.hostname()']).toString().trim()))`;
  const parent = await sandbox.start(containerSpec(['node', '-e', script]));
  assert.equal(await textOf(parent.stdout), 'pod-1\npod-1\n');
});

test('exec: exit code, input, and a terminal', async (t) => {
  const driver = await startDriver(t);
  const sandbox = await driver.createSandbox(sandboxSpec());
  const container = containerSpec(['node', '-e', '']);
  const failing = await sandbox.exec(container, ['sh', '-c', 'cat; exit 3'], { tty: false });
  failing.stdin!.end('given');
  assert.equal(await textOf(failing.stdout), 'given');
  assert.equal((await failing.exited).exitCode, 3);

  const terminal = await sandbox.exec(container, ['sh', '-c', 'test -t 1 && echo "a terminal"; exit 4'], { tty: true });
  assert.equal(await textOf(terminal.stdout), 'a terminal\r\n');
  assert.equal((await terminal.exited).exitCode, 4);

  await assert.rejects(
    sandbox.exec(container, ['no-such-program'], { tty: false }),
    /executable file not found in \$PATH/,
  );
});

test('curl of localhost goes to the sidecar as a proxy request', async (t) => {
  const driver = await startDriver(t);
  const sandbox = await driver.createSandbox(sandboxSpec());
  const arrived = (await capture(t, sandbox.podIP, 15080))();
  const curl = await sandbox.exec(containerSpec(['node']), ['curl', '-s', 'localhost:8080/health'], { tty: false });
  assert.match((await arrived).toString(), /^GET http:\/\/localhost:8080\/health HTTP\/1.1/);
  assert.equal(await textOf(curl.stdout), 'captured');
});

test('mounts are seen in arguments and below the working directory', async (t) => {
  const driver = await startDriver(t);
  const rootfs = await rootfsWith(t, {
    'app.js': `console.log(require('node:fs').readFileSync('etc/conf/key', 'utf8'))`,
  });
  const source = await rootfsWith(t, { key: 'value' });
  const sandbox = await driver.createSandbox(sandboxSpec());
  const container = containerSpec(['node', '/app.js'], {
    rootfs,
    mounts: [{ source, target: '/etc/conf', readOnly: true }],
  });
  assert.equal(await textOf((await sandbox.start(container)).stdout), 'value\n');
});

test('two meshes on one machine take different addresses', async (t) => {
  const [one, two] = [await startDriver(t), await startDriver(t)];
  const a = await one.createSandbox(sandboxSpec());
  const b = await two.createSandbox(sandboxSpec());
  assert.notEqual(a.podIP.split('.')[1], b.podIP.split('.')[1]);
});

test('a signal ends the program and its children; the exit says which', async (t) => {
  const driver = await startDriver(t);
  const sandbox = await driver.createSandbox(sandboxSpec());
  const running = await sandbox.start(containerSpec(['sh', '-c', 'sleep 1000 & echo up; wait']));
  await once(running.stdout, 'data');
  running.kill('SIGKILL');
  assert.deepEqual(await running.exited, { exitCode: 137, signal: 'SIGKILL' });
  assert.equal(await textOf(running.stdout), '');
});

test('destroy leaves nothing of what moved itself to another session', async (t) => {
  const driver = await startDriver(t);
  const sandbox = await driver.createSandbox(sandboxSpec());
  const running = await sandbox.start(containerSpec(['sh', '-c', 'setsid sleep 1001 & echo up; wait']));
  await once(running.stdout, 'data');
  await sandbox.destroy();
  assert.deepEqual(await commandsWith('sleep\0' + '1001'), []);
});

test('nothing survives kill -9 of the agent', async (t) => {
  const program = path.join(path.dirname(fileURLToPath(import.meta.url)), 'testing-agent.js');
  const agent = spawn(process.execPath, [program, await temporaryFolder(t)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(agent.stdout, 'data');
  assert.equal((await commandsWith('sleep\0' + '1002')).length, 2);
  agent.kill('SIGKILL');
  await once(agent, 'exit');
  while ((await commandsWith('sleep\0' + '1002')).length > 0) await new Promise(setImmediate);
});

async function commandsWith(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
    if (command.startsWith(text)) found.push(pid);
  }
  return found;
}

test('httpGet-like access meets the application, not the sidecar', async (t) => {
  const driver = await startDriver(t);
  const rootfs = await rootfsWith(t, { 'server.js': SERVER });
  const sandbox = await driver.createSandbox(sandboxSpec());
  const running = await sandbox.start(containerSpec(['node', '/server.js'], { rootfs }));
  await once(running.stdout, 'data');
  const { appIP } = sandbox.proxyNetwork as { appIP: string };
  const [answer] = (await once(http.get({ host: appIP, port: 8080, agent: false }), 'response')) as [
    http.IncomingMessage,
  ];
  assert.equal(answer.statusCode, 200);
  answer.resume();
});
