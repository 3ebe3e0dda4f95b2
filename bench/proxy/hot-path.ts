/**
 * What a request costs in this proxy's own code: the whole way through a configured proxy, with sockets that are none. The
 * shortest of many short batches, so that what else the machine does hardly shows.
 */
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { SystemClock } from '../../src/base/clock.js';
import { SILENT_LOGGER } from '../../src/base/logger.js';
import { SystemRandom } from '../../src/base/random.js';
import { type BoundListener, type ConnectOptions, loadBootstrap, ProxyServer } from '../../src/proxy/index.js';
import type { BenchOptions } from '../options.js';
import { envoyBootstrap } from './config/envoy.js';
import { HOST } from './setup.js';
import { shapeNamed } from './shapes.js';

const BATCHES = 1_500;
const REQUESTS_PER_BATCH = 200;
const REQUEST = Buffer.from(
  `GET / HTTP/1.1\r\nhost: ${HOST}\r\nuser-agent: trysail-bench\r\naccept: */*\r\n\r\n`,
  'latin1',
);
const REPLY = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 52\r\n\r\n${'.'.repeat(52)}`,
  'latin1',
);

export interface HotPathFigures {
  readonly ownCodePerRequest_ns: number;
}

export async function benchHotPath({ say }: BenchOptions): Promise<HotPathFigures> {
  const sockets = new NoSockets();
  const server = new ProxyServer({ clock: new SystemClock(), random: new SystemRandom(), logger: SILENT_LOGGER });
  const setup = { ...shapeNamed('small-64').setup, certificate: { certificate: '', key: '' } };
  const bootstrap = envoyBootstrap(setup, { port: 1, upstreamPort: 2, folder: '' });
  const { node, message } = loadBootstrap(JSON.stringify(bootstrap));
  await server.add({ id: 'bench', node, sockets, bootstrap: message }).ready();
  const client = new NoSocket();
  sockets.accept(client.asSocket());
  // the first request waits for its connection
  client.emit('data', Buffer.from(REQUEST));
  await new Promise(setImmediate);
  const shortest_ns = await shortestBatch(client);
  await server.close();
  const ownCodePerRequest_ns = Math.round(shortest_ns / REQUESTS_PER_BATCH);
  say(`\nhot-path: ${ownCodePerRequest_ns} ns of the proxy's own code for each request`);
  return { ownCodePerRequest_ns };
}

async function shortestBatch(client: NoSocket): Promise<number> {
  let shortest_ns = Number.POSITIVE_INFINITY;
  for (let batch = 0; batch < BATCHES; batch++) {
    const answered = client.writes;
    const began_ms = performance.now();
    for (let i = 0; i < REQUESTS_PER_BATCH; i++) client.emit('data', REQUEST);
    shortest_ns = Math.min(shortest_ns, (performance.now() - began_ms) * 1e6);
    if (client.writes - answered !== REQUESTS_PER_BATCH) throw new Error('a request was not answered at once');
    await new Promise(setImmediate);
  }
  return shortest_ns;
}

/** Gives the proxy one client, and upstreams that answer within the write. */
class NoSockets {
  accept: (socket: Socket) => void = () => {};

  listen(_: unknown, onConnection: (socket: Socket) => void): Promise<BoundListener> {
    this.accept = onConnection;
    return Promise.resolve({ address: '127.0.0.1', port: 1, close: () => {} });
  }

  connect({ onread }: ConnectOptions): Socket {
    const buffer = onread!.buffer as Buffer;
    const socket = new NoSocket(() => {
      REPLY.copy(buffer);
      onread!.callback(REPLY.length, buffer);
    });
    setImmediate(() => socket.emit('connect'));
    return socket.asSocket();
  }

  originalDestination(): undefined {
    return undefined;
  }
}

/** What the proxy uses of a socket. */
class NoSocket extends EventEmitter {
  readonly remoteAddress = '127.0.0.1';
  readonly remotePort = 3;
  readonly localAddress = '127.0.0.1';
  readonly localPort = 1;
  readonly writableNeedDrain = false;
  readonly writableEnded = false;
  readonly writableLength = 0;
  writes = 0;

  constructor(private readonly onWrite?: () => void) {
    super();
  }

  asSocket(): Socket {
    return this as unknown as Socket;
  }

  write(): boolean {
    this.writes++;
    this.onWrite?.();
    return true;
  }

  isPaused(): boolean {
    return false;
  }
  setNoDelay(): void {}
  pause(): void {}
  resume(): void {}
  end(): void {}
  destroySoon(): void {}
  destroy(): void {
    this.emit('close');
  }
}
