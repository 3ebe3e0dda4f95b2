import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Terminal } from './testing/terminal.js';

const RULE = `apiVersion: config.istio.io/v1alpha2
kind: RouteRule
metadata:
  name: cart
spec:
  destination:
    name: cart
  route:
  - labels:
      version: v1
`;

let terminal: Terminal;
let now_ms = 0;
beforeEach(() => {
  terminal = new Terminal();
  terminal.overrides = { now: () => (now_ms += 4) };
});
afterEach(() => terminal.close());

const objectsAsked = (path: string | undefined) => new URL(path ?? '', 'http://mesh').searchParams.getAll('object');

test('--wait: asks for what was stored, and says by how many it is acknowledged', async () => {
  terminal.client.answers.push({ state: 'acknowledged', proxies: ['a.shop', 'b.shop'], warnings: [] });
  const { out, err, code } = await terminal.run(['apply', '--wait', '-f', '-'], RULE);
  assert.match(out, /^routerule\.config\.istio\.io\/cart created\nacknowledged by 2 proxies in \d+ ms\n$/);
  assert.deepEqual([err, code], ['', 0]);
  assert.deepEqual(objectsAsked(terminal.client.asked[0]), ['RouteRule/shop/cart@101']);
});

test('--wait: of what is deleted the name, which is not taken for a time', async () => {
  await terminal.run(['create', '-f', '-'], RULE);
  terminal.client.answers.push({ state: 'acknowledged', proxies: ['a.shop'], warnings: [] });
  const { out } = await terminal.run(['delete', '--wait', 'routerule', 'cart']);
  assert.match(out, /^Deleted config: routerule cart\nacknowledged by 1 proxy in \d+ ms\n$/);
  assert.deepEqual(objectsAsked(terminal.client.asked[0]), ['RouteRule/shop/cart']);
});

test('--wait: a refusal fails with the proxy and its words', async () => {
  const reasons = ['proxy a.shop refuses its RDS: virtual_hosts[0]: no such field'];
  terminal.client.answers.push({ state: 'rejected', reasons });
  const { err, code } = await terminal.run(['replace', '--wait=5s', '-f', '-'], RULE).then(async (missing) => {
    assert.equal(missing.code, 1, 'there is nothing to replace');
    return terminal.run(['create', '--wait=5s', '-f', '-'], RULE);
  });
  assert.equal(err, `error: ${reasons[0]}\n`);
  assert.equal(code, 1);
});

test('--wait: when the time is over it names who is missing', async () => {
  const missing = Array.from({ length: 12 }, (_, i) => `p${i}.shop`);
  terminal.client.answers.push({ state: 'waiting', missing });
  const { err, code } = await terminal.run(['apply', '--wait=2s', '-f', '-'], RULE);
  assert.match(
    err,
    /^error: after 2 s not acknowledged by p0\.shop, .*p9\.shop and 2 more\nhint: `trysail proxy-status`/,
  );
  assert.equal(code, 1);
});

test('--wait: longer than one question is asked again', async () => {
  terminal.client.answers.push({ state: 'waiting', missing: ['a.shop'] });
  terminal.client.answers.push({ state: 'acknowledged', proxies: [], warnings: ['RouteRule shop/cart: No service'] });
  const { out, err } = await terminal.run(['apply', '--wait=2m', '-f', '-'], RULE);
  assert.match(out, /no proxy needed a change, after \d+ ms\n$/);
  assert.equal(err, 'warning: RouteRule shop/cart: No service\n');
  assert.equal(terminal.client.asked.length, 2);
});

test('--wait: a kind that configures no proxy has nothing to wait for', async () => {
  const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m\n';
  const { out } = await terminal.run(['apply', '--wait', '-f', '-'], map);
  assert.equal(out, 'configmap/m created\nnothing to wait for: no proxy is configured by these kinds\n');
  assert.deepEqual(terminal.client.asked, []);
});

test('--wait: a time that is none is refused', async () => {
  const { code, err } = await terminal.run(['apply', '--wait=soon', '-f', '-'], RULE);
  assert.equal(code, 2);
  assert.match(err, /A time such as 10s or 2m/);
});
