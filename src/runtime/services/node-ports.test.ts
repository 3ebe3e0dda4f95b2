import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { type TestContext, test } from 'node:test';
import { SeededRandom } from '../../base/random.js';
import type { ServiceObject } from '../../resources/types.js';
import { NodePorts } from './node-ports.js';
import type { ServicePort } from './service-routes.js';

const SERVICE: ServiceObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'cart' }, spec: {} };

async function listening(t: TestContext, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

function portOf(nodePort: number, targets: readonly number[], protocol: 'tcp' | 'udp' = 'tcp'): ServicePort {
  const places = targets.map((port) => ({ address: '127.0.0.1', port }));
  return {
    service: SERVICE,
    nodePort,
    route: { address: '10.96.0.7', protocol, port: 80, targets: places, sticky: false },
  };
}

async function answer(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.end('hello');
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}

test('a node port leads to the pods of its service, and goes with it', async (t) => {
  const pod = await listening(
    t,
    createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)),
  );
  const taken = createServer();
  const free = await listening(t, taken);
  const problems: string[] = [];
  const ports = new NodePorts({
    address: '127.0.0.1',
    dial: async (host, port) => {
      const socket = connect({ host, port, allowHalfOpen: true });
      await once(socket, 'connect');
      return socket;
    },
    random: new SeededRandom(1),
    onProblem: (service, message) => problems.push(`${service.metadata.name}: ${message}`),
  });
  t.after(() => ports.close());
  await ports.set([portOf(free, [pod]), portOf(1, [pod], 'udp')]);
  await ports.set([portOf(free, [pod]), portOf(1, [pod], 'udp')]);
  assert.deepEqual(problems, [
    `cart: node port ${free} is not open: another program of this machine has it`,
    'cart: node port 1 is not open: only TCP is led to pods from the host',
  ]);
  await new Promise((resolve) => taken.close(resolve));
  await ports.set([portOf(free, [pod])]);
  assert.equal(await answer(free), 'hello');
  await ports.set([portOf(free, [])]);
  await assert.rejects(answer(free), /ECONNRESET/);
  await ports.set([]);
  await assert.rejects(answer(free), /ECONNREFUSED/);
});
