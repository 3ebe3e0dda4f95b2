import assert from 'node:assert/strict';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { get } from '../../src/proxy/testing/raw-client.js';
import { bootstrap, staticCluster } from '../../src/proxy/testing/test-proxy.js';
import { ok, TestUpstream } from '../../src/proxy/testing/test-upstream.js';
import { ChildProxy } from './child-proxy.js';
import { until } from './patience.js';

const MIB = 1024 * 1024;
const ROUTES = '- { match: { prefix: / }, route: { cluster: up, timeout: 0s } }';
/** Far more than any buffer. */
const BODY_BYTES = 256 * MIB;
/** What the sockets' buffers of both systems and both processes may hold. */
const IN_FLIGHT_BYTES_MAX = 48 * MIB;
const GROWTH_BYTES_MAX = 32 * MIB;

interface Upstream {
  readonly port: number;
  close(): Promise<void>;
}

/** Accepts connections and never reads from them. */
async function deafUpstream(): Promise<Upstream> {
  const sockets: Socket[] = [];
  const server = createServer({ pauseOnConnect: true }, (socket) => void sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as AddressInfo).port, close };
}

describe('peers that are slow on purpose', () => {
  const open: { close(): Promise<void> }[] = [];
  const sockets: Socket[] = [];

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const one of open.splice(0).reverse()) await one.close();
  });

  async function start(upstream: Upstream, manager = ''): Promise<ChildProxy> {
    const proxy = await ChildProxy.start(
      bootstrap({ routes: ROUTES, clusters: staticCluster('up', [upstream.port]), manager }),
    );
    open.push(upstream, proxy);
    return proxy;
  }

  function client(port: number, text: string): Socket {
    const socket = connect(port, '127.0.0.1');
    socket.write(text);
    socket.on('error', () => {});
    sockets.push(socket);
    return socket;
  }

  test('a client that does not read stops the upstream, not the proxy', async () => {
    let sent = 0;
    const upstream = await TestUpstream.start(({ line }) => {
      if (!line.startsWith('GET /big')) return ok('small');
      return (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${BODY_BYTES}\r\n\r\n`);
        sent = pump(socket, (bytes) => {
          sent += bytes;
        });
      };
    });
    const proxy = await start(upstream);
    const before = await proxy.memory();
    client(proxy.port, 'GET /big HTTP/1.1\r\nhost: a\r\n\r\n').pause();
    await until(
      'the upstream cannot go on',
      stands(() => sent),
    );
    assert.ok(sent < IN_FLIGHT_BYTES_MAX, `${sent} bytes left the upstream`);
    const now = await proxy.memory();
    const grown = now.external_bytes + now.heap_bytes - before.external_bytes - before.heap_bytes;
    assert.ok(grown < GROWTH_BYTES_MAX, `the proxy holds ${grown} bytes`);
    assert.equal((await get(proxy.port, '/small')).body, 'small');
  });

  test('an upstream that does not read stops the client, not the proxy', async () => {
    const proxy = await start(await deafUpstream());
    const before = await proxy.memory();
    let sent = 0;
    const socket = client(proxy.port, `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${BODY_BYTES}\r\n\r\n`);
    pump(socket, (bytes) => {
      sent += bytes;
    });
    await until(
      'the client cannot go on',
      stands(() => sent),
    );
    assert.ok(sent < IN_FLIGHT_BYTES_MAX, `${sent} bytes left the client`);
    const now = await proxy.memory();
    const grown = now.external_bytes + now.heap_bytes - before.external_bytes - before.heap_bytes;
    assert.ok(grown < GROWTH_BYTES_MAX, `the proxy holds ${grown} bytes`);
  });

  test('slow loris: heads that never end are ended, and others are served meanwhile', async () => {
    const proxy = await start(await TestUpstream.start(), 'request_headers_timeout: 0.5s');
    const ended = Array.from({ length: 200 }, () => endOf(client(proxy.port, 'GET / HTTP/1.1\r\nx-slow: ')));
    assert.equal((await get(proxy.port, '/')).status, 200);
    for (const text of await Promise.all(ended)) assert.match(text, /^HTTP\/1\.1 408 /);
  });

  test('slow loris: bodies that never end are ended', async () => {
    const proxy = await start(await TestUpstream.start(), 'stream_idle_timeout: 0.5s');
    const slow = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\na';
    const ended = Array.from({ length: 200 }, () => endOf(client(proxy.port, slow)));
    assert.equal((await get(proxy.port, '/')).status, 200);
    for (const text of await Promise.all(ended)) assert.match(text, /^HTTP\/1\.1 408 /);
    await until('nothing stays', async () => (await proxy.stat('http.test.downstream_rq_active')) === 0);
  });
});

/** Writes as much as the socket takes. @param note told what has left for the socket */
function pump(socket: Socket, note: (bytes: number) => void): number {
  const piece = Buffer.alloc(64 * 1024, 'x');
  let left = BODY_BYTES;
  const more = (): void => {
    while (left > 0 && !socket.destroyed) {
      left -= piece.length;
      note(piece.length);
      if (!socket.write(piece)) {
        socket.once('drain', more);
        return;
      }
    }
  };
  more();
  return BODY_BYTES - left;
}

/** Holds when a number is above zero and has not changed for a while. */
function stands(value: () => number): () => boolean {
  let last = -1;
  let since = Date.now();
  return () => {
    if (value() !== last) {
      last = value();
      since = Date.now();
    }
    return last > 0 && Date.now() - since > 500;
  };
}

/** What a connection had received when the proxy ended it. */
function endOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('close', () => resolve(text));
  });
}
