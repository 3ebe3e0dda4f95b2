import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { ProcessDriver } from '../process-driver.js';
import { containerSpec, sandboxSpec, startDriver, textOf } from '../testing.js';

const CART = '10.96.1.2';
const NAMES = { 'cart.shop': CART, 'cart.default': CART, 'empty.default': '10.96.1.3' };

async function pod(t: TestContext, text: string): Promise<{ address: string; port: number }> {
  const server: Server = createServer((request, response) => {
    response.setHeader('x-from', request.socket.remoteAddress ?? '');
    request.pipe(response.writeHead(request.url === '/teapot' ? 418 : 200));
    if (request.method === 'GET') response.write(`${text} ${request.headers.host}${request.url} `);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

function route(target: { address: string; port: number }, port = 80) {
  return { address: CART, protocol: 'tcp', port, targets: [target], sticky: false } as const;
}

async function printed(driver: ProcessDriver, argv: readonly string[]): Promise<string> {
  const sandbox = await driver.createSandbox(sandboxSpec({ captured: false }));
  const running = await sandbox.start(containerSpec(argv));
  return (await textOf(running.stdout)).trim();
}

const NODE = (script: string) => ['node', '-e', script];

test('a Node program without a sidecar reaches services by name and by cluster IP, the rest directly', async (t) => {
  const driver = await startDriver(t, NAMES);
  const target = await pod(t, 'served');
  await driver.setServices([route(target)]);
  for (const url of ['http://cart/a', 'http://cart.shop.svc.cluster.local/a', `http://${CART}/a`]) {
    const script = `fetch('${url}').then((r) => r.text()).then(console.log, (e) => console.log(e.cause.code))`;
    assert.equal(await printed(driver, NODE(script)), `served ${new URL(url).host}/a`);
  }
  const direct = `require('http').get('http://127.0.0.1:1/').on('error', (e) => console.log(e.code))`;
  assert.equal(await printed(driver, NODE(direct)), 'ECONNREFUSED');
});

test('curl without a sidecar reaches services by name, also through a tunnel; errors say what is missing', async (t) => {
  const driver = await startDriver(t, NAMES);
  await driver.setServices([route(await pod(t, 'served'))]);
  assert.equal(await printed(driver, ['curl', '-s', 'http://cart/a?b=c']), 'served cart/a?b=c');
  assert.equal(await printed(driver, ['curl', '-s', '--proxytunnel', 'http://cart.shop/a']), 'served cart.shop/a');
  assert.equal(await printed(driver, ['curl', '-s', '-d', 'body', 'http://cart/']), 'body');
  assert.equal(
    await printed(driver, ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', 'http://cart/teapot']),
    '418',
  );
  assert.match(
    await printed(driver, ['curl', '-s', 'http://empty/']),
    /^connect ECONNREFUSED 10\.96\.1\.3:80 \(empty:80 is no port of a service\)$/,
  );
  assert.equal(await printed(driver, ['curl', '-s', 'http://nobody.invalid/']), 'getaddrinfo ENOTFOUND nobody.invalid');
});

test('a service follows its pods', async (t) => {
  const driver = await startDriver(t, NAMES);
  await driver.setServices([route(await pod(t, 'first'))]);
  assert.equal(await printed(driver, ['curl', '-s', 'http://cart/']), 'first cart/');
  await driver.setServices([route(await pod(t, 'second'))]);
  assert.equal(await printed(driver, ['curl', '-s', 'http://cart/']), 'second cart/');
  await driver.setServices([{ ...route(await pod(t, '')), targets: [] }]);
  assert.match(await printed(driver, ['curl', '-s', 'http://cart/']), /has no ready pod/);
});

test('a door stands for a service in variables, and closes with it; what is on the machine itself needs none', async (t) => {
  const driver = await startDriver(t, NAMES);
  const sandbox = await driver.createSandbox(sandboxSpec({ captured: false }));
  const target = await pod(t, 'served');
  const echo = createTcpServer((socket) => socket.pipe(socket));
  echo.listen(0, sandbox.podIP);
  await once(echo, 'listening');
  t.after(() => echo.close());
  const inPod = { address: sandbox.podIP, port: (echo.address() as AddressInfo).port };
  await driver.setServices([route(target, 81), route(inPod, 9080)]);
  assert.deepEqual(await sandbox.serviceAddress?.(CART, 81), target);
  const place = (await sandbox.serviceAddress?.(CART, 9080))!;
  assert.equal(place.port, 9080);
  assert.deepEqual(await sandbox.serviceAddress?.(CART, 9080), place);
  const client = connect(place.port, place.address);
  client.end('hello');
  assert.equal(await textOf(client), 'hello');
  await driver.setServices([]);
  const refused = connect(place.port, place.address);
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ECONNREFUSED');
  const captured = await driver.createSandbox(sandboxSpec());
  assert.equal(captured.serviceAddress, undefined);
});

test('what is no request for a proxy, and no header, ends', async (t) => {
  const driver = await startDriver(t, NAMES);
  const sandbox = await driver.createSandbox(sandboxSpec({ captured: false }));
  const plain = connect(15080, sandbox.podIP);
  plain.end('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  assert.match(await textOf(plain), /^HTTP\/1.1 400 /);
  for (const bytes of ['GET / HTTP/1.1\r\n\r\n', '\r\n\r\n\0\r\nQUIT\n'.padEnd(300, 'x')]) {
    const broken = connect(15001, sandbox.podIP).on('error', () => {});
    broken.write(bytes);
    broken.resume();
    await once(broken, 'close');
  }
});
