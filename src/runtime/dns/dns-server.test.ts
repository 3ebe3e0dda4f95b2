import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import test, { type TestContext } from 'node:test';
import {
  type Answer,
  type DecodedPacket,
  decode,
  encode,
  type Packet,
  streamEncode,
  TRUNCATED_RESPONSE,
} from 'dns-packet';
import { ClusterZone } from './cluster-zone.js';
import { DnsServer, QUERIES_IN_FLIGHT_MAX, TCP_CONNECTIONS_MAX } from './dns-server.js';
import type { Forwarder, ForwardResult } from './forwarder.js';
import { DnsResponder } from './responder.js';
import { DATABASE, directoryOf, OUTSIDE, REVIEWS } from './testing.js';

const CROWD = {
  ...DATABASE,
  name: 'crowd',
  endpoints: Array.from({ length: 100 }, (_, i) => ({ ip: `10.244.1.${i + 1}` })),
};

/** The world outside has one name. */
const forwarder: Forwarder = {
  resolve: async (name, type): Promise<ForwardResult> => {
    if (name !== 'api.example.org') return { kind: 'no-name' };
    return type === 'A'
      ? { kind: 'records', answers: [{ type: 'A', name, data: '192.0.2.7', ttl: 30 }] }
      : { kind: 'no-data' };
  },
};

function responder(): DnsResponder {
  return new DnsResponder(new ClusterZone(directoryOf(REVIEWS, DATABASE, OUTSIDE, CROWD)), forwarder);
}

function query(name: string, type: 'A' | 'AAAA', more: Partial<Packet> = {}): Packet {
  return { type: 'query', id: 7, questions: [{ name, type, class: 'IN' }], ...more };
}

async function ask(name: string, type: 'A' | 'AAAA' = 'A', more: Partial<Packet> = {}): Promise<DecodedPacket> {
  const answer = await responder().answer(encode(query(name, type, more)));
  assert.ok(answer);
  return decode(answer);
}

function rcode(packet: DecodedPacket): unknown {
  return (packet as unknown as { rcode: string }).rcode;
}

function dataOf(answers: readonly Answer[] | undefined): unknown[] {
  return (answers ?? []).map((answer) => ('data' in answer ? answer.data : undefined));
}

test('a name of the mesh is answered with authority, whatever its case', async () => {
  const packet = await ask('Reviews.default.svc.cluster.local');
  assert.equal(packet.flag_aa, true);
  assert.deepEqual(dataOf(packet.answers), ['10.96.3.4']);
  assert.equal(packet.answers?.[0]?.name, 'Reviews.default.svc.cluster.local');
});

test('no data and no name come with the start of authority', async () => {
  const noData = await ask('reviews.default.svc.cluster.local', 'AAAA');
  const noName = await ask('nobody.default.svc.cluster.local');
  assert.deepEqual([rcode(noData), rcode(noName)], ['NOERROR', 'NXDOMAIN']);
  for (const packet of [noData, noName]) assert.equal(packet.authorities?.[0]?.type, 'SOA');
});

test('an external name is followed to the world outside', async () => {
  const packet = await ask('outside.default.svc.cluster.local');
  assert.deepEqual(dataOf(packet.answers), ['api.example.org', '192.0.2.7']);
});

test('a foreign name is asked outside', async () => {
  assert.deepEqual(dataOf((await ask('api.example.org')).answers), ['192.0.2.7']);
  assert.equal(rcode(await ask('nobody.example.org')), 'NXDOMAIN');
});

test('over UDP a long answer is cut, unless the client takes more', async () => {
  const name = 'crowd.data.svc.cluster.local';
  const cut = await ask(name);
  assert.ok((cut.flags ?? 0) & TRUNCATED_RESPONSE);
  assert.equal(cut.answers?.length, 0);
  const whole = await responder().answer(encode(query(name, 'A')), 'tcp');
  assert.equal(decode(whole as Buffer).answers?.length, 100);
});

test('broken messages get a format error or nothing, never an exception', async () => {
  for (let i = 0; i < 500; i++) await responder().answer(randomBytes(i % 64));
  assert.equal(await responder().answer(Buffer.alloc(3)), undefined);
  const twice = encode({
    type: 'query',
    id: 1,
    questions: [...(query('a', 'A').questions ?? []), ...(query('b', 'A').questions ?? [])],
  });
  assert.equal(rcode(decode((await responder().answer(twice)) as Buffer)), 'FORMERR');
});

async function server(t: TestContext): Promise<DnsServer> {
  const opened = await DnsServer.open(responder(), { address: '127.0.0.1', port: 0 });
  t.after(() => opened.close());
  return opened;
}

test('answers over UDP', async (t) => {
  const { port } = await server(t);
  const client = dgram.createSocket('udp4');
  t.after(() => client.close());
  client.send(encode(query('reviews.default.svc.cluster.local', 'A')), port, '127.0.0.1');
  const [message] = (await once(client, 'message')) as [Buffer];
  assert.deepEqual(dataOf(decode(message).answers), ['10.96.3.4']);
});

test('answers over TCP, two questions in one segment', async (t) => {
  const { port } = await server(t);
  const client = connect(port, '127.0.0.1');
  t.after(() => client.destroy());
  const one = streamEncode(query('reviews.default.svc.cluster.local', 'A'));
  client.write(Buffer.concat([one, one]));
  let received = Buffer.alloc(0);
  const expected = 2 * (2 + ((await responder().answer(one.subarray(2))) as Buffer).length);
  while (received.length < expected)
    received = Buffer.concat([received, ((await once(client, 'data')) as [Buffer])[0]]);
  assert.equal(received.length, expected);
});

test('a TCP message over the limit ends the connection', async (t) => {
  const { port } = await server(t);
  const client = connect(port, '127.0.0.1');
  client.on('error', () => {});
  client.resume();
  client.write(Buffer.from([0xff, 0xff]));
  await once(client, 'close');
});

test('one TCP connection over the limit is closed', async (t) => {
  const { port } = await server(t);
  const clients = Array.from({ length: TCP_CONNECTIONS_MAX }, () => connect(port, '127.0.0.1'));
  // An answer shows that the server has accepted; a connection alone may still wait in the kernel's queue.
  const question = streamEncode(query('reviews.default.svc.cluster.local', 'A'));
  for (const client of clients) client.write(question);
  await Promise.all(clients.map((client) => once(client, 'data')));
  const over = connect(port, '127.0.0.1').on('error', () => {});
  t.after(() => {
    for (const client of [...clients, over]) client.destroy();
  });
  over.resume();
  await once(over, 'close');
  assert.ok(clients.every((client) => !client.destroyed));
});

test('one query over the limit is dropped, not queued', async (t) => {
  let asked = 0;
  const unanswered = { answer: () => new Promise<undefined>(() => asked++) } as unknown as DnsResponder;
  const opened = await DnsServer.open(unanswered, { address: '127.0.0.1', port: 0 });
  t.after(() => opened.close());
  const one = streamEncode(query('a.example', 'A'));
  const client = connect(opened.port, '127.0.0.1');
  t.after(() => client.destroy());
  client.write(Buffer.concat(Array.from({ length: QUERIES_IN_FLIGHT_MAX }, () => one)));
  while (asked < QUERIES_IN_FLIGHT_MAX) await new Promise((resolve) => setImmediate(resolve));
  const over = connect(opened.port, '127.0.0.1').on('error', () => {});
  // The broken length after it closes the connection: then the query was read.
  over.write(Buffer.concat([one, Buffer.from([0xff, 0xff])]));
  await once(over, 'close');
  assert.equal(asked, QUERIES_IN_FLIGHT_MAX);
});
