import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FakeClock } from '../../base/fake-clock.js';
import type { QuotaLimit, QuotaSpecConfig } from '../config.js';
import { httpStatusOf, textOf, type Verdict } from '../status.js';
import { bag, policyWith, rule, TestEnvironment } from '../testing.js';
import type { QuotaGrant, QuotaRequest } from './backend.js';
import { MemoryQuotas } from './memory.js';

const REQUEST: QuotaRequest = {
  handler: 'h',
  redisServerUrl: '',
  key: 'k',
  amount: 1,
  maxAmount: 3,
  validDuration_ms: 1_000,
  algorithm: 'ROLLING_WINDOW',
  bucketDuration_ms: 0,
  bestEffort: false,
  deduplicationId: '',
  minDeduplicationDuration_ms: 1_000,
};

test('a window rolls: what was granted is free again after its duration, not before', () => {
  const clock = new FakeClock();
  const quotas = new MemoryQuotas(clock);
  const granted = (more: Partial<QuotaRequest> = {}) => quotas.allocate({ ...REQUEST, ...more }).amount;
  assert.deepEqual([granted(), granted()], [1, 1]);
  clock.advance(900);
  assert.deepEqual([granted(), granted()], [1, 0]);
  clock.advance(99);
  assert.equal(granted(), 0);
  clock.advance(1);
  assert.deepEqual([granted(), granted(), granted()], [1, 1, 0]);
  clock.advance(900);
  assert.deepEqual([granted(), granted()], [1, 0], 'the one of 900 ms is back');
  clock.advance(1_000);
  assert.equal(granted({ amount: 4 }), 0, 'all or nothing');
  assert.equal(granted({ amount: 5, bestEffort: true }), 3);
  assert.equal(granted({ key: 'other' }), 1, 'another cell');
});

test('a limit that changes holds at once; without a duration nothing comes back', () => {
  const clock = new FakeClock();
  const quotas = new MemoryQuotas(clock);
  const granted = (more: Partial<QuotaRequest>) => quotas.allocate({ ...REQUEST, ...more }).amount;
  assert.equal(granted({ amount: 3 }), 3);
  assert.equal(granted({ maxAmount: 4 }), 1);
  assert.equal(granted({ maxAmount: 2, bestEffort: true }), 0);
  const forever = { key: 'cell', validDuration_ms: 0 };
  assert.equal(granted({ ...forever, amount: 3 }), 3);
  clock.advance(1e9);
  assert.equal(granted(forever), 0);
});

test('the same id is counted once while it is remembered', () => {
  const clock = new FakeClock();
  const quotas = new MemoryQuotas(clock);
  const granted = (id: string) => quotas.allocate({ ...REQUEST, maxAmount: 2, deduplicationId: id }).amount;
  assert.deepEqual([granted('a'), granted('a'), granted('b'), granted('c')], [1, 1, 1, 0]);
  clock.advance(999);
  assert.equal(granted('a'), 1);
  clock.advance(2_000);
  assert.deepEqual([granted('a'), granted('d'), granted('e')], [1, 1, 0]);
});

test('beyond the most cells, the one asked for longest ago is forgotten', () => {
  const quotas = new MemoryQuotas(new FakeClock(), 2);
  const granted = (key: string) => quotas.allocate({ ...REQUEST, maxAmount: 1, key }).amount;
  assert.deepEqual(['a', 'b', 'a', 'c', 'a', 'b'].map(granted), [1, 1, 0, 1, 0, 1]);
});

test('property: no stretch of the duration has more than the limit, and a request that fits is granted', () => {
  const steps = fc.array(fc.record({ wait_ms: fc.nat(400), amount: fc.integer({ min: 1, max: 4 }) }), {
    maxLength: 80,
  });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 1_000 }), (all, max, length_ms) => {
      const clock = new FakeClock();
      const quotas = new MemoryQuotas(clock);
      const grants: { at_ms: number; amount: number }[] = [];
      for (const { wait_ms, amount } of all) {
        clock.advance(wait_ms);
        const now_ms = clock.monotonic_ms();
        const used = grants.filter(({ at_ms }) => at_ms > now_ms - length_ms).reduce((sum, one) => sum + one.amount, 0);
        const grant = quotas.allocate({ ...REQUEST, amount, maxAmount: max, validDuration_ms: length_ms });
        assert.equal(grant.amount, used + amount <= max ? amount : 0);
        if (grant.amount > 0) grants.push({ at_ms: now_ms, amount: grant.amount });
      }
    }),
  );
});

const LIMIT: QuotaLimit = {
  name: 'requestcount.quota.istio-system',
  maxAmount: 5_000,
  validDuration_ms: 1_000,
  algorithm: 'ROLLING_WINDOW',
  bucketDuration_ms: 0,
  overrides: [
    {
      dimensions: { destination: 'recommendation', destinationVersion: 'v2', source: 'preference' },
      maxAmount: 1,
      validDuration_ms: 1_000,
    },
    { dimensions: { destination: 'recommendation' }, maxAmount: 2, validDuration_ms: 1_000 },
  ],
};
const DIMENSIONS = {
  source: 'source.labels["app"] | source.service | "unknown"',
  destination: 'destination.labels["app"] | destination.service | "unknown"',
  destinationVersion: 'destination.labels["version"] | "unknown"',
};
const MEMQUOTA = { adapter: 'memquota', minDeduplicationDuration_ms: 1_000, quotas: [LIMIT] } as const;

function limited(environment: TestEnvironment, quotaSpecs: readonly QuotaSpecConfig[] = []) {
  const instance = 'requestcount.quota.istio-system';
  return policyWith(
    environment,
    { 'handler.memquota.istio-system': MEMQUOTA },
    { [instance]: { template: 'quota', dimensions: DIMENSIONS } },
    [rule('handler.memquota.istio-system', [instance], { namespace: 'istio-system' })],
    { quotaSpecs },
  );
}

const call = (version: string, more = {}) =>
  bag({
    'destination.service': 'recommendation.shop.svc.cluster.local',
    'destination.labels': { app: 'recommendation', version },
    'source.labels': { app: 'preference' },
    ...more,
  });

function shown(verdict: Verdict | Promise<Verdict>): string {
  assert(!(verdict instanceof Promise));
  return `${httpStatusOf(verdict)} ${textOf(verdict)}`;
}

test('the rate limit of the tutorial: the first override that agrees holds', () => {
  const environment = new TestEnvironment();
  const policy = limited(environment);
  const exhausted = '429 RESOURCE_EXHAUSTED:Quota is exhausted for: RequestCount';
  assert.deepEqual(
    [call('v2'), call('v2')].map((one) => shown(policy.check(one))),
    ['200 OK', exhausted],
  );
  const v1 = [call('v1'), call('v1'), call('v1')].map((one) => shown(policy.check(one)));
  assert.deepEqual(v1, ['200 OK', '200 OK', exhausted], 'the second override');
  environment.clock.advance(1_000);
  assert.equal(shown(policy.check(call('v2'))), '200 OK');
});

test('a QuotaSpec says what a request of its services is charged', () => {
  const spec = (quotas: QuotaSpecConfig['rules'][0]['quotas'], match: QuotaSpecConfig['rules'][0]['match'] = []) => [
    { name: 'shop/q', bindings: [], services: ['recommendation.shop.svc.cluster.local'], rules: [{ match, quotas }] },
  ];
  const twice = limited(new TestEnvironment(), spec([{ quota: 'RequestCount', charge: 2 }]));
  assert.equal(shown(twice.check(call('v1'))), '200 OK');
  assert.equal(shown(twice.check(call('v1'))).slice(0, 3), '429');
  const paths = limited(
    new TestEnvironment(),
    spec(
      [{ quota: 'requestcount.quota.istio-system', charge: 3 }],
      [
        { 'request.path': { prefix: '/dear' } },
        { 'request.method': { exact: 'PUT' }, 'request.path': { regex: '/a+' } },
      ],
    ),
  );
  const path = (value: string, method = 'GET') =>
    shown(paths.check(call('v1', { 'request.path': value, 'request.method': method })));
  assert.equal(path('/free'), '200 OK');
  assert.equal(path('/dear'), '429 RESOURCE_EXHAUSTED:Quota is exhausted for: requestcount.quota.istio-system');
  assert.equal(path('/aa'), '200 OK');
  assert.equal(path('/aab', 'PUT'), '200 OK', 'a regular expression matches the whole value');
  assert.equal(path('/aa', 'PUT').slice(0, 3), '429');
});

test('quotas are asked only when the checks pass', () => {
  const environment = new TestEnvironment();
  const asked: QuotaRequest[] = [];
  const counting = Object.assign(environment, {
    quotas: {
      allocate: (request: QuotaRequest): QuotaGrant => {
        asked.push(request);
        return { amount: request.amount, validDuration_ms: 0 };
      },
    },
  });
  const instance = 'requestcount.quota.istio-system';
  const policy = policyWith(
    counting,
    { 'h.memquota.shop': MEMQUOTA, 'd.denier.shop': { adapter: 'denier', code: 7, message: 'no' } },
    { [instance]: { template: 'quota', dimensions: {} }, 'n.checknothing.shop': { template: 'checknothing' } },
    [
      rule('h.memquota.shop', [instance]),
      rule('d.denier.shop', ['n.checknothing.shop'], { match: 'source.labels["app"] == "bad"' }),
    ],
  );
  assert.equal(shown(policy.check(call('v1', { 'source.labels': { app: 'bad' } }))).slice(0, 3), '403');
  assert.equal(asked.length, 0);
  assert.equal(shown(policy.check(call('v1'), 'id-1')), '200 OK');
  assert.equal(asked[0]!.deduplicationId, 'id-1RequestCount');
});

test('a quota that is counted elsewhere gives a promise; one that cannot be asked does not refuse', async () => {
  const environment = Object.assign(new TestEnvironment(), {
    quotas: {
      allocate: async ({ key }: QuotaRequest): Promise<QuotaGrant> => {
        if (key.includes('v1')) throw new Error('the control plane is away');
        return { amount: 0, validDuration_ms: 0 };
      },
    },
  });
  const policy = limited(environment);
  const refused = policy.check(call('v2'));
  assert(refused instanceof Promise);
  assert.equal((await refused).code, 8);
  assert.equal((await policy.check(call('v1'))).code, 0);
  assert.match(environment.warnings[0]!, /is not charged: the control plane is away/);
});

test('redisquota: all share one cell but those of an override', () => {
  const environment = new TestEnvironment();
  const keys = new Set<string>();
  Object.assign(environment, {
    quotas: {
      allocate: (request: QuotaRequest): QuotaGrant => {
        keys.add(`${request.redisServerUrl} ${request.key} ${request.maxAmount}`);
        return { amount: 1, validDuration_ms: 0 };
      },
    },
  });
  const instance = 'requestcount.quota.istio-system';
  const policy = policyWith(
    environment,
    { 'h.redisquota.shop': { adapter: 'redisquota', redisServerUrl: 'redis:6379', quotas: [LIMIT] } },
    { [instance]: { template: 'quota', dimensions: DIMENSIONS } },
    [rule('h.redisquota.shop', [instance])],
  );
  const other = { 'destination.labels': { app: 'other' } };
  for (const one of [call('v2'), call('v1'), call('v3'), call('v1', other), call('v2', other)]) policy.check(one);
  assert.deepEqual(
    [...keys].map((key) => key.replace(/;.*=\S*/, '-override')),
    [
      'redis:6379 requestcount.quota.istio-system-override 1',
      'redis:6379 requestcount.quota.istio-system-override 2',
      'redis:6379 requestcount.quota.istio-system 5000',
    ],
  );
});
