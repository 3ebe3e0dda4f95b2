import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import type { Clock } from '../../base/clock.js';
import { FakeClock } from '../../base/fake-clock.js';
import { Terminal } from '../testing/terminal.js';
import { proxyFor } from './proxy-for.js';
import { runLoad, type Transaction, WAITING_MAX } from './run.js';
import { Statistics } from './statistics.js';
import { Times } from './times.js';

let terminal: Terminal;
let url: string;
let seen: { method?: string; url?: string; headers: IncomingMessage['headers']; body: string }[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => {
    body += text;
  });
  request.on('end', () => {
    const { method, url, headers } = request;
    seen.push({ method: method ?? '', url: url ?? '', headers, body });
    answer(request, response);
  });
});

beforeEach(async () => {
  terminal = new Terminal();
  seen = [];
  answer = (_, response) => void response.end('0123456789');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  terminal.close();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

test('load: prints what siege prints, a line for each request, and how long they took', async () => {
  const { code, out, err } = await terminal.run(['load', '-r', '2', '-c', '3', '-v', `${url}/items?page=1`]);
  assert.equal(code, 0, err);
  assert.equal(out.match(/^HTTP\/1\.1 200 {5}\d\.\d\d secs: {6}10 bytes ==> GET {2}\/items\?page=1$/gm)?.length, 6);
  assert.match(
    out,
    /^Transactions: {22}6 hits\nAvailability: {17}100\.00 %\nElapsed time: .* secs\nData transferred:/m,
  );
  assert.match(out, /^Successful transactions: {11}6\nFailed transactions: {15}0\nLongest transaction: /m);
  assert.match(out, /^Answered within\n {6}50 % .*\n(.*\n){4} {4}99\.9 % {2}.* m?s/m);
  assert.match(out, /^Response times\n(.* ms – .* ms {2}█* ?\d+\n)+$/m);
  assert.equal(seen.length, 6);
});

test('load: each user has a connection, and keeps it', async () => {
  const sockets = new Set<unknown>();
  answer = (request, response) => {
    sockets.add(request.socket);
    response.end();
  };
  await terminal.run(['load', '-r', '5', '-c', '3', url]);
  assert.deepEqual([seen.length, sockets.size], [15, 3]);
});

test('load: an answer from 400 on is a failure, and so is none; all failed is told by the exit code', async () => {
  answer = (_, response) => {
    if (seen.length === 2) response.socket?.destroy();
    else response.writeHead(seen.length === 1 ? 503 : 302, { location: '/' }).end();
  };
  const { code, out } = await terminal.run(['load', '-r', '4', '-c', '1', '-o', 'json', url]);
  const report = JSON.parse(out) as Record<string, unknown>;
  assert.equal(code, 0);
  assert.deepEqual(
    [report['transactions'], report['failed_transactions'], report['availability']],
    [2, 2, 50],
    'redirects are answers, and not followed',
  );
  const failures = report['failures'] as Record<string, number>;
  assert.deepEqual([failures['503'], Object.keys(failures).length], [1, 2]);
  const refused = await terminal.run(['load', '-r', '1', '-c', '1', 'http://127.0.0.1:1']);
  assert.equal(refused.code, 1);
  assert.match(refused.out, /^Failures\n {9}1 {2}connect ECONNREFUSED 127\.0\.0\.1:1\n/m);
});

test('load: method, headers and body are as with curl', async () => {
  const body = `@${terminal.write('body.json', '{"a":1}')}`;
  const args = ['-r', '1', '-c', '1', '-H', 'Host: shop.test', '-H', 'Content-Type: application/json', '-d', body];
  await terminal.run(['load', ...args, url]);
  await terminal.run(['load', '-r', '1', '-c', '1', '-X', 'DELETE', '-A', 'Firefox', url.replace('http://', '')]);
  const [posted, deleted] = seen;
  assert.deepEqual([posted?.method, posted?.headers.host, posted?.body], ['POST', 'shop.test', '{"a":1}']);
  assert.equal(posted?.headers['content-type'], 'application/json');
  assert.deepEqual([deleted?.method, deleted?.headers['user-agent']], ['DELETE', 'Firefox']);
});

test('load: plain HTTP goes by the proxy of the environment', async () => {
  terminal.env['http_proxy'] = url;
  await terminal.run(['load', '-r', '1', '-c', '1', 'shop.test/a']);
  assert.deepEqual([seen[0]?.url, seen[0]?.headers.host], ['http://shop.test/a', 'shop.test']);
});

test('load: for a time, and at a rate', async () => {
  const timed = await terminal.run(['load', '-c', '2', '-t', '200ms', '-o', 'json', url]);
  const { elapsed_time, failed_transactions } = JSON.parse(timed.out) as Record<string, number>;
  assert.ok(elapsed_time! >= 0.19, `took ${elapsed_time} s`);
  assert.equal(failed_transactions, 0, 'what has no answer at the end is no failure');
  seen = [];
  await terminal.run(['load', '--rate', '200', '-r', '3', '-c', '10', url]);
  assert.equal(seen.length, 30);
});

test('load: a wrong command line is refused', async () => {
  for (const words of [
    ['-c', '10001'],
    ['-c', '0'],
    ['-r', '1000001'],
    ['-t', '10'],
    ['-t', '25h'],
    ['--rate', '0'],
  ]) {
    assert.equal((await terminal.run(['load', ...words, url])).code, 2, words.join(' '));
  }
  assert.match((await terminal.run(['load', 'ftp://x'])).err, /"ftp:\/\/x" is no http or https URL/);
});

test('load: a rate holds while nobody answers, up to a limit, and times count from when a request was due', async () => {
  const clock = new FakeClock();
  const seen: Transaction[] = [];
  const answers: (() => void)[] = [];
  const running = runLoad(
    { users: 1, total: WAITING_MAX + 1, rate_per_s: 1_000 },
    {
      clock,
      send: () => new Promise((resolve) => answers.push(() => resolve({ status: 200, bytes: 0 }))),
      onTransaction: (transaction) => void seen.push(transaction),
      signal: new AbortController().signal,
    },
  );
  while (seen.length === 0) {
    clock.advance(1);
    await Promise.resolve();
  }
  assert.equal(answers.length, WAITING_MAX);
  assert.match(seen[0]?.error ?? '', /^not sent: 10000 had no answer yet$/);
  const first_ms = clock.monotonic_ms();
  for (const each of answers) each();
  assert.ok((await running) >= 10_000);
  assert.ok((seen[1]?.took_ms ?? 0) >= Math.min(first_ms, 10_000));
});

test('load: no time is below zero, though timers are early', async () => {
  const clock = new FakeClock();
  const early: Clock = {
    now: () => clock.now(),
    monotonic_ms: () => clock.monotonic_ms(),
    setTimer: (delay_ms, fn) => clock.setTimer(delay_ms - 0.5, fn),
  };
  const times: number[] = [];
  const running = runLoad(
    { users: 1, total: 3, rate_per_s: 100 },
    {
      clock: early,
      send: async () => ({ status: 200, bytes: 0 }),
      onTransaction: ({ took_ms }) => void times.push(took_ms),
      signal: new AbortController().signal,
    },
  );
  while (times.length < 3) {
    clock.advance(0.25);
    await Promise.resolve();
  }
  await running;
  assert.ok(
    times.every((took_ms) => took_ms >= 0),
    times.join(' '),
  );
});

test('load: a signal ends it, and what has no answer then is not counted', async () => {
  const interrupt = new AbortController();
  const seen: Transaction[] = [];
  const running = runLoad(
    { users: 2 },
    {
      clock: new FakeClock(),
      send: (user, signal) =>
        new Promise((resolve) => {
          if (user === 0 && seen.length < 3) return resolve({ status: 200, bytes: 1 });
          signal.addEventListener('abort', () => resolve({ bytes: 0, error: 'aborted' }));
          if (seen.length === 3) interrupt.abort();
        }),
      onTransaction: (transaction) => void seen.push(transaction),
      signal: interrupt.signal,
    },
  );
  assert.equal(await running, 0);
  assert.equal(seen.length, 3);
});

test('load: times are known to one percent, and rows hold all of them', () => {
  const times = new Times();
  for (let i = 1; i <= 1_000; i++) times.record(i);
  assert.deepEqual([times.count, times.min_ms, times.max_ms, times.mean_ms], [1_000, 1, 1_000, 500.5]);
  for (const percent of [1, 50, 90, 99, 99.9]) {
    const exact = percent * 10;
    assert.ok(
      Math.abs(times.percentile(percent) - exact) <= exact * 0.011,
      `${percent} %: ${times.percentile(percent)}`,
    );
  }
  assert.equal(times.percentile(100), 1_000);
  const rows = times.rows(3);
  assert.equal(
    rows.reduce((sum, row) => sum + row.count, 0),
    1_000,
  );
  assert.deepEqual(
    rows.map(({ to_ms }) => Math.round(to_ms)),
    [10, 100, 1_000],
  );
  assert.deepEqual([new Times().percentile(50), new Times().rows(3)], [0, []]);
  const one = new Times();
  one.record(0);
  one.record(1e12);
  assert.deepEqual([one.min_ms, one.max_ms], [0, 1e12]);
  assert.ok(one.percentile(100) > 3_590_000, 'what is longer than an hour counts as an hour');
});

test('load: so many kinds of failure are told apart, and no more', () => {
  const statistics = new Statistics();
  for (let i = 0; i < 25; i++) statistics.record({ bytes: 0, took_ms: 1, error: `reason ${i}` });
  assert.equal(statistics.failures.size, 21);
  assert.equal(statistics.failures.get('other failures'), 5);
});

test('load: no_proxy excepts hosts as it does for curl', () => {
  const env = { http_proxy: 'proxy:3128', no_proxy: 'localhost, .internal,shop.test:8080,::1' };
  const proxied = (host: string, port = 80): boolean => proxyFor(host, port, env) === 'http://proxy:3128';
  assert.deepEqual(
    ['localhost', 'a.internal', 'internal', 'a.localhost', '::1'].map((host) => proxied(host)),
    [...new Array(5).fill(false)],
  );
  assert.deepEqual([proxied('shop.test'), proxied('shop.test', 8080), proxied('notinternal')], [true, false, true]);
  assert.equal(proxyFor('x', 80, { http_proxy: 'http://p:1', no_proxy: '*' }), undefined);
  assert.equal(proxyFor('x', 80, {}), undefined);
});
