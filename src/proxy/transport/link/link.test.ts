import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { EventClock } from '../../../base/event-clock.js';
import { FakeClock } from '../../../base/fake-clock.js';
import type { TransportListener } from '../transport.js';
import { PIPE_BYTES_MAX } from './link-pipe.js';
import { DELIVERIES_PER_TURN, LinkScheduler } from './link-scheduler.js';
import { LinkSocket } from './link-socket.js';
import { LinkTransport } from './link-transport.js';

const CLOCK = new EventClock(new FakeClock());
const A = { address: '127.0.0.1', port: 50_000 };
const B = { address: '127.0.0.2', port: 80 };

/** What a listener was told, in order. */
class Told implements TransportListener {
  readonly events: string[] = [];
  text = '';
  private wake: (() => void) | undefined;

  onData(buf: Buffer, start: number, end: number): void {
    this.text += buf.toString('latin1', start, end);
    this.note('data');
  }
  onDrain(): void {
    this.note('drain');
  }
  onEnd(): void {
    this.note('end');
  }
  onClosed(): void {
    this.note('closed');
  }

  async until(event: string): Promise<void> {
    while (!this.events.includes(event)) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  private note(event: string): void {
    this.events.push(event);
    this.wake?.();
  }
}

function sockets(): { client: LinkSocket; server: LinkSocket } {
  return LinkSocket.pair(new LinkScheduler(), A, B, { local: B, destination: undefined });
}

function transports() {
  const { client, server } = sockets();
  const [near, far] = [new LinkTransport(client, CLOCK), new LinkTransport(server, CLOCK)];
  const [atNear, atFar] = [new Told(), new Told()];
  near.listener = atNear;
  far.listener = atFar;
  return { near, far, atNear, atFar };
}

test('text and bytes arrive in order, behind the call that wrote them; each end knows both addresses', async () => {
  const { client, server } = sockets();
  const [near, far] = [new LinkTransport(client, CLOCK), new LinkTransport(server, CLOCK)];
  const told = new Told();
  far.listener = told;
  const bytes = Buffer.alloc(20_000, 'b');
  near.pushText('head\xff ');
  near.pushBytes(bytes, 0, 10);
  near.pushBytes(bytes, 0, bytes.length);
  bytes.fill('x');
  near.pushText(' tail');
  near.flush();
  assert.deepEqual(told.events, []);
  await Promise.resolve();
  assert.equal(told.text, `head\xff ${'b'.repeat(20_010)} tail`);
  assert.equal(near.localAddress, '127.0.0.1:50000');
  assert.equal(far.localAddress, '127.0.0.2:80');
  assert.equal(server.remotePort, A.port);
});

test('a text longer than the scratch buffer arrives whole', async () => {
  const { near, atFar } = transports();
  const text = 'long '.repeat(20_000);
  near.pushText(text);
  near.flush();
  await Promise.resolve();
  assert.equal(atFar.text, text);
});

test('a slow reader fills the pipe one byte past its limit, and room is told of when it reads', async () => {
  const { near, far, atNear, atFar } = transports();
  far.pause();
  const chunk = Buffer.alloc(PIPE_BYTES_MAX / 4, 'x');
  for (let i = 0; i < 4; i++) near.pushBytes(chunk, 0, chunk.length);
  assert.equal(near.full, false);
  near.pushText('y');
  near.flush();
  assert.equal(near.full, true);
  await new Promise(setImmediate);
  assert.deepEqual(atFar.events, []);
  far.resume();
  await atNear.until('drain');
  assert.equal(atFar.text.length, PIPE_BYTES_MAX + 1);
  assert.equal(near.full, false);
});

test('an end comes behind the bytes and leaves the other direction; both ends close it', async () => {
  const { near, far, atNear, atFar } = transports();
  near.pushText('last');
  near.end();
  await atFar.until('end');
  assert.equal(atFar.text, 'last');
  assert.equal(far.peerEnded, true);
  far.pushText('answer');
  far.end();
  await atNear.until('closed');
  await atFar.until('closed');
  assert.equal(atNear.text, 'answer');
  assert.deepEqual(atNear.events, ['data', 'end', 'closed']);
});

test('who closes with all read ends, who leaves bytes unread resets', async () => {
  const clean = transports();
  clean.near.destroy();
  await clean.atFar.until('end');
  assert.deepEqual(clean.atFar.events, ['end']);
  clean.far.pushText('to nobody');
  clean.far.flush();
  await clean.atFar.until('closed');

  const reset = transports();
  reset.near.pause();
  reset.far.pushText('unread');
  reset.far.flush();
  reset.near.destroy();
  await reset.atFar.until('closed');
  assert.deepEqual(reset.atFar.events, ['closed']);
});

test('endAndDestroy closes once the peer has read', async () => {
  const { near, atNear, atFar } = transports();
  near.pushText('bye');
  near.endAndDestroy();
  await atNear.until('closed');
  assert.equal(atFar.text, 'bye');
});

test('what knows streams only reads and writes an end, and a transport takes over what it left', async () => {
  const { client, server } = sockets();
  client.write('inspected, then left');
  const [first] = (await once(server, 'data')) as [Buffer];
  assert.equal(first.toString(), 'inspected, then left');
  server.pause();
  client.write('early ');
  await new Promise(setImmediate);
  const transport = new LinkTransport(server, CLOCK);
  const told = new Told();
  transport.listener = told;
  client.write('late');
  await new Promise(setImmediate);
  assert.equal(told.text, 'early late');
  transport.pushText('answer');
  transport.flush();
  const [answer] = (await once(client, 'data')) as [Buffer];
  assert.equal(answer.toString(), 'answer');
  client.end();
  await told.until('end');
});

test('a loop of deliveries lets the event loop turn', async () => {
  const { near, far } = transports();
  let rounds = 0;
  const echo = (back: LinkTransport): TransportListener => ({
    onData: () => {
      rounds++;
      back.pushText('again');
      back.flush();
    },
    onDrain() {},
    onEnd() {},
    onClosed() {},
  });
  near.listener = echo(near);
  far.listener = echo(far);
  near.pushText('go');
  near.flush();
  await new Promise(setImmediate);
  assert.ok(rounds >= DELIVERIES_PER_TURN - 2 && rounds <= 3 * DELIVERIES_PER_TURN, `${rounds} rounds`);
  near.destroy();
  far.destroy();
});
