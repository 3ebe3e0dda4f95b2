import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { after, test } from 'node:test';
import { SystemClock } from '../../base/clock.js';
import { FakeClock } from '../../base/fake-clock.js';
import type { QuotaRequest } from '../quota/backend.js';
import { REDIS_ANSWER_MAX_MS, RedisConnection } from './connection.js';
import { RedisQuotas } from './quotas.js';
import { encodeCommand, REPLY_LENGTH_MAX_BYTES, RedisFailure, ReplyReader } from './reply.js';

test('replies are read whatever the pieces in which they come', () => {
  const bytes = '+OK\r\n-NOSCRIPT no\r\n:42\r\n$3\r\na\r\n\r\n$-1\r\n*2\r\n:1\r\n*1\r\n$0\r\n\r\n';
  const expected = ['OK', new RedisFailure('NOSCRIPT no'), 42, 'a\r\n', null, [1, ['']]];
  for (const size of [1, 2, 7, bytes.length]) {
    const reader = new ReplyReader();
    const replies = [];
    for (let at = 0; at < bytes.length; at += size) replies.push(...reader.read(bytes.slice(at, at + size)));
    assert.deepEqual(replies, expected);
  }
  assert.throws(() => new ReplyReader().read('HTTP/1.1 400\r\n'), /is no reply of Redis/);
  assert.throws(() => new ReplyReader().read(`$99999\r\n${'x'.repeat(REPLY_LENGTH_MAX_BYTES)}`), /longer than/);
  assert.equal(encodeCommand(['GET', 'ä']), '*2\r\n$3\r\nGET\r\n$2\r\nä\r\n');
});

class Silent extends Duplex {
  override _read(): void {}
  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
}

test('an answer that does not come rejects all that wait, and the next command connects anew', async () => {
  const clock = new FakeClock();
  const streams: Silent[] = [];
  const connection = new RedisConnection('redis:6379', () => streams[streams.push(new Silent()) - 1]!, clock);
  const first = connection.command('PING');
  const second = connection.command('PING');
  clock.advance(REDIS_ANSWER_MAX_MS);
  await assert.rejects(first, /Cannot ask Redis at redis:6379: no answer in 1000 ms/);
  await assert.rejects(second, /no answer/);
  const third = connection.command('PING');
  assert.equal(streams.length, 2);
  streams[1]!.push('+PONG\r\n');
  assert.equal(await third, 'PONG');
  assert.equal(clock.pendingTimers, 0);
  const fourth = connection.command('PING');
  streams[1]!.destroy();
  await assert.rejects(fourth, /closed the connection/);
  connection.close();
});

const REQUEST: QuotaRequest = {
  handler: 'h.redisquota.shop',
  redisServerUrl: '',
  key: 'requests.quota.shop',
  amount: 1,
  maxAmount: 3,
  validDuration_ms: 60_000,
  algorithm: 'FIXED_WINDOW',
  bucketDuration_ms: 0,
  bestEffort: false,
  deduplicationId: '',
  minDeduplicationDuration_ms: 60_000,
};

const installed = spawnSync('redis-server', ['--version']).status === 0;
const skip = installed ? false : 'redis-server is not installed';
const cleanups: (() => void)[] = [];
after(() => {
  for (const cleanup of cleanups) cleanup();
});

/** A Redis of its own on a socket file, so that no port is taken. */
async function startRedis(): Promise<RedisQuotas> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const path = join(folder, 'redis.sock');
  const redis: ChildProcess = spawn('redis-server', [
    '--port',
    '0',
    '--unixsocket',
    path,
    '--save',
    '',
    '--dir',
    folder,
  ]);
  const quotas = new RedisQuotas(() => connect(path), new SystemClock());
  cleanups.push(() => {
    quotas.close();
    redis.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  for await (const line of redis.stdout!) if (/ready to accept connections/i.test(String(line))) break;
  return quotas;
}

for (const algorithm of ['FIXED_WINDOW', 'ROLLING_WINDOW'] as const) {
  test(`${algorithm} in a real Redis: exact for many who ask at once, ids count once`, { skip }, async () => {
    const quotas = await startRedis();
    const ask = async (more: Partial<QuotaRequest> = {}) =>
      (await quotas.allocate({ ...REQUEST, algorithm, bucketDuration_ms: 100, ...more })).amount;
    const grants = await Promise.all(Array.from({ length: 50 }, () => ask({ maxAmount: 20 })));
    assert.equal(grants.filter((amount) => amount === 1).length, 20);
    assert.equal(await ask({ key: 'b', amount: 5 }), 0);
    assert.equal(await ask({ key: 'b', amount: 5, bestEffort: true }), 3);
    const once = { key: 'c', deduplicationId: 'id-1' };
    assert.deepEqual([await ask(once), await ask(once), await ask({ key: 'c', amount: 2 })], [1, 1, 2]);
    assert.equal(await ask({ key: 'c' }), 0);
    const short = { key: 'd', maxAmount: 1, validDuration_ms: 50, bucketDuration_ms: 10 };
    assert.deepEqual([await ask(short), await ask(short)], [1, 0]);
    while ((await ask(short)) === 0);
  });
}

test('what is no Redis is told', async () => {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const quotas = new RedisQuotas(() => connect(port, '127.0.0.1'), new SystemClock());
  await assert.rejects(quotas.allocate(REQUEST), /is no reply of Redis/);
  quotas.close();
  server.close();
  await assert.rejects(quotas.allocate(REQUEST), /ECONNREFUSED/);
});
