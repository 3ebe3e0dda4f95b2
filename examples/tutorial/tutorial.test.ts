import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const running: ChildProcess[] = [];

afterEach(async () => {
  for (const child of running.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});

/** @returns the URL */
async function start(name: string, env: Record<string, string> = {}): Promise<string> {
  const program = fileURLToPath(new URL(`./${name}/server.js`, import.meta.url));
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, HOSTNAME: '', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  const [line] = await once(createInterface(child.stdout), 'line');
  return `http://127.0.0.1:${String(line).replace('listening on ', '')}`;
}

async function get(url: string): Promise<string> {
  const response = await fetch(url);
  return `${response.status} ${await response.text()}`;
}

async function chain(env: Record<string, string> = {}): Promise<{ customer: string; recommendation: string }> {
  const recommendation = await start('recommendation', env);
  const preference = await start('preference', { RECOMMENDATION_URL: recommendation });
  return { customer: await start('customer', { PREFERENCE_URL: preference }), recommendation };
}

test('tutorial: customer asks preference asks recommendation, which counts', async () => {
  const { customer } = await chain();
  assert.equal(await get(customer), "200 customer => preference => recommendation v1 from 'unknown': 1\n");
  assert.equal(await get(customer), "200 customer => preference => recommendation v1 from 'unknown': 2\n");
});

test('tutorial: an error of the last service is told by each before it', async () => {
  const { customer, recommendation } = await chain({ HOSTNAME: 'recommendation-v2-6fc97476f8-m2ntp', VERSION: 'v2' });
  assert.equal(await get(customer), "200 customer => preference => recommendation v2 from '6fc97476f8-m2ntp': 1\n");
  assert.equal(await get(`${recommendation}/misbehave`), "200 Following requests to '/' will return a 503\n");
  const told = "customer => 503 preference => 503 recommendation misbehavior from '6fc97476f8-m2ntp'\n";
  assert.equal(await get(customer), `503 ${told}`);
  assert.equal(await get(`${recommendation}/behave`), "200 Following requests to '/' will return a 200\n");
  assert.match(await get(customer), /: 1\n$/, 'the counter restarts');
});

test('tutorial: without a connection the answer is 503 with the reason', async () => {
  const customer = await start('customer', { PREFERENCE_URL: 'http://127.0.0.1:1' });
  assert.equal(await get(customer), '503 customer => connect ECONNREFUSED 127.0.0.1:1\n');
});

test('tutorial: the slow build works on a few requests at once', async () => {
  const recommendation = await start('recommendation', { DELAY_MS: '50', WORKERS: '2' });
  const from_ms = performance.now();
  await Promise.all(Array.from({ length: 5 }, () => get(recommendation)));
  assert.ok(performance.now() - from_ms >= 145, 'five requests by two workers need three rounds');
});

test('tutorial: a service ends in time when told', async () => {
  await start('preference');
  const child = running[0];
  assert.ok(child);
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});
