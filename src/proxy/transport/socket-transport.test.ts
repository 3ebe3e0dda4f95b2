import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { EventClock } from '../../base/event-clock.js';
import { FakeClock } from '../../base/fake-clock.js';
import { READ_BUFFER } from './shared-read.js';
import { SocketTransport } from './socket-transport.js';
import type { TransportListener } from './transport.js';

const CLOCK = new EventClock(new FakeClock());
const CHUNK_BYTES = 48 * 1024;
/** More than the buffers of both kernels' ends hold. */
const CHUNKS_MAX = 1_000;

/** Two ends of one connection: as accepted, and as dialled. */
async function pair(t: TestContext): Promise<{ accepted: Socket; client: Socket }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  t.after(() => {
    client.destroy();
    accepted.destroy();
    server.close();
  });
  return { accepted, client };
}

function listener(changes: Partial<TransportListener>): TransportListener {
  return { onData() {}, onDrain() {}, onEnd() {}, onClosed() {}, ...changes };
}

test('what the kernel has no room for arrives whole and in order, and room is told of', async (t) => {
  const { accepted, client } = await pair(t);
  const transport = SocketTransport.of(accepted, CLOCK);
  const drained = new Promise<void>((resolve) => {
    transport.listener = listener({ onDrain: resolve });
  });
  const used = Buffer.alloc(CHUNK_BYTES);
  const sent: number[] = [];
  for (let i = 0; i < CHUNKS_MAX && !transport.full; i++) {
    transport.pushText(`<${i}>`);
    used.fill(65 + (i % 26));
    transport.pushBytes(used, 0, CHUNK_BYTES);
    sent.push(65 + (i % 26));
  }
  assert.ok(transport.full, 'the kernel took all of it');
  transport.pushText('the end');
  transport.flush();
  used.fill(0);
  const received: Buffer[] = [];
  const expected = Buffer.concat([
    ...sent.flatMap((byte, i) => [Buffer.from(`<${i}>`), Buffer.alloc(CHUNK_BYTES, byte)]),
    Buffer.from('the end'),
  ]);
  let count = 0;
  client.on('data', (chunk) => {
    received.push(chunk);
    count += chunk.length;
  });
  await drained;
  assert.equal(transport.full, false);
  while (count < expected.length) await once(client, 'data');
  assert.ok(Buffer.concat(received).equals(expected));
});

test('an accepted socket reads into the shared buffer, after what had been read before', async (t) => {
  const { accepted, client } = await pair(t);
  accepted.pause();
  client.write('early ');
  await once(accepted, 'readable');
  const transport = SocketTransport.of(accepted, CLOCK);
  let text = '';
  let shared = 0;
  const read = new Promise<void>((resolve) => {
    transport.listener = listener({
      onData: (buf, start, end) => {
        text += buf.toString('latin1', start, end);
        if (buf === READ_BUFFER) shared++;
        if (text.length < 10) client.write('late');
        else resolve();
      },
    });
  });
  transport.start();
  await read;
  assert.equal(text, 'early late');
  assert.equal(shared, 1);
});

test('a pause holds the shared reads, and the end of the peer is told of', async (t) => {
  const { accepted, client } = await pair(t);
  const transport = SocketTransport.of(accepted, CLOCK);
  let read = 0;
  const ended = new Promise<void>((resolve) => {
    transport.listener = listener({
      onData: (_, start, end) => {
        read += end - start;
      },
      onEnd: resolve,
    });
  });
  transport.pause();
  client.end('bytes');
  await once(client, 'finish');
  await new Promise(setImmediate);
  assert.equal(read, 0);
  transport.resume();
  await ended;
  assert.equal(read, 5);
});
