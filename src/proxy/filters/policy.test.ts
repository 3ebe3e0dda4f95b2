import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { StructSchema } from '@bufbuild/protobuf/wkt';
import { EMPTY_POLICY, type PolicyConfig, type PolicyWorkload } from '../../policy/index.js';
import { get } from '../testing/raw-client.js';
import { bootstrap, startProxy, staticCluster, type TestProxy } from '../testing/test-proxy.js';
import { ok, TestUpstream } from '../testing/test-upstream.js';

const FILTER = `
- name: trysail.filters.http.policy
  typed_config: { "@type": type.googleapis.com/google.protobuf.Struct, value: {} }`;

const DENY: PolicyConfig = {
  ...EMPTY_POLICY,
  rules: [
    {
      namespace: 'shop',
      name: 'no-guests',
      match: 'source.labels["app"] == "guest" && (request.headers["x-let-me"] | "") != "in"',
      protocol: 'http',
      actions: [{ handler: 'deny.denier.shop', instances: ['ask.checknothing.shop'] }],
    },
  ],
  handlers: { 'deny.denier.shop': { adapter: 'denier', code: 7, message: 'Not allowed' } },
  instances: { 'ask.checknothing.shop': { template: 'checknothing' } },
};

const LIMIT: PolicyConfig = {
  ...EMPTY_POLICY,
  rules: [
    {
      namespace: 'shop',
      name: 'limit',
      match: '',
      protocol: 'http',
      actions: [{ handler: 'limit.memquota.shop', instances: ['requestcount.quota.shop'] }],
    },
  ],
  handlers: {
    'limit.memquota.shop': {
      adapter: 'memquota',
      minDeduplicationDuration_ms: 1_000,
      quotas: [
        {
          name: 'requestcount.quota.shop',
          maxAmount: 2,
          validDuration_ms: 60_000,
          algorithm: 'FIXED_WINDOW',
          bucketDuration_ms: 0,
          overrides: [],
        },
      ],
    },
  },
  instances: { 'requestcount.quota.shop': { template: 'quota', dimensions: {} } },
};

const GUEST: PolicyWorkload = workload('guest', { app: 'guest' }, '127.0.0.1');

function workload(name: string, labels: Record<string, string>, ip: string): PolicyWorkload {
  return { name, namespace: 'shop', ip, labels, serviceAccount: 'default' };
}

function give({ proxy }: TestProxy, name: string, value: object): void {
  proxy.context.policy.set(name, toBinary(StructSchema, fromJson(StructSchema, value as JsonObject)));
}

function givePolicy(proxy: TestProxy, policy: PolicyConfig): void {
  const destination = workload('stock', { app: 'stock' }, '10.0.0.1');
  const services = [{ host: 'stock.shop.svc.cluster.local', names: ['stock'] }];
  give(proxy, 'policy', { policy, destination, services });
}

type Ask = (headers?: Record<string, string>) => Promise<{ status: number; body: string }>;

async function withProxy(action: (proxy: TestProxy, ask: Ask) => Promise<void>): Promise<void> {
  const upstream = await TestUpstream.start(() => ok('here'));
  const text = bootstrap({
    routes: '- { match: { prefix: / }, route: { cluster: up } }',
    clusters: staticCluster('up', [upstream.port]),
    filters: FILTER,
  });
  try {
    const proxy = await startProxy(text);
    try {
      await action(proxy, (headers = {}) => get(proxy.port('test'), '/', headers));
    } finally {
      await proxy.close();
    }
  } finally {
    await upstream.close();
  }
}

test('without policy requests pass; a rule refuses by who the caller is, with the words of Mixer', () =>
  withProxy(async (proxy, ask) => {
    assert.equal((await ask()).status, 200);
    givePolicy(proxy, DENY);
    assert.equal((await ask()).status, 200, 'the mesh does not know the caller');
    give(proxy, 'workload/127.0.0.1', GUEST);
    const { status, body } = await ask();
    assert.deepEqual([status, body], [403, 'PERMISSION_DENIED:deny.denier.shop:Not allowed']);
    assert.equal((await ask({ 'x-let-me': 'in' })).status, 200);
    proxy.proxy.context.policy.remove('policy');
    assert.equal((await ask()).status, 200);
  }));

test('a quota lets so many pass and answers the rest 429', () =>
  withProxy(async (proxy, ask) => {
    givePolicy(proxy, LIMIT);
    const answers = [await ask(), await ask(), await ask()];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 429],
    );
    assert.match(answers[2]!.body, /^RESOURCE_EXHAUSTED:/);
  }));

test('a resource that is none of policy is refused, and what holds stays', () =>
  withProxy(async (proxy, ask) => {
    givePolicy(proxy, DENY);
    give(proxy, 'workload/127.0.0.1', GUEST);
    assert.throws(() => give(proxy, 'something', {}), /neither the policy nor a workload/);
    assert.equal((await ask()).status, 403);
  }));
