import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListCheckerConfig } from './config.js';
import { httpStatusOf, textOf, type Verdict } from './status.js';
import { bag, policyWith, rule, TestEnvironment } from './testing.js';

const DENIER = { adapter: 'denier', code: 7, message: 'Not allowed' } as const;
const NOTHING = { template: 'checknothing' } as const;
const LIST: ListCheckerConfig = {
  adapter: 'listchecker',
  providerUrl: '',
  refreshInterval_ms: 60_000,
  ttl_ms: 300_000,
  overrides: ['recommendation'],
  entryType: 'STRINGS',
  blacklist: false,
};
const SOURCE = { template: 'listentry', value: 'source.labels["app"]' } as const;

const request = (app: string, service = 'preference.shop.svc.cluster.local') =>
  bag({
    'destination.service': service,
    'destination.labels': { app: 'preference' },
    'source.labels': { app },
    'context.protocol': 'http',
  });

function shown(verdict: Verdict | Promise<Verdict>): string {
  assert(!(verdict instanceof Promise));
  return `${httpStatusOf(verdict)} ${textOf(verdict)}`;
}

test('denier: the text and status that Mixer gave', () => {
  const policy = policyWith(
    new TestEnvironment(),
    { 'denycustomerhandler.denier.shop': DENIER },
    { 'denycustomerrequests.checknothing.shop': NOTHING },
    [
      rule('denycustomerhandler.denier.shop', ['denycustomerrequests.checknothing.shop'], {
        match: 'destination.labels["app"] == "preference" && source.labels["app"]=="customer"',
      }),
    ],
  );
  assert.equal(
    shown(policy.check(request('customer'))),
    '403 PERMISSION_DENIED:denycustomerhandler.denier.shop:Not allowed',
  );
  assert.equal(shown(policy.check(request('other'))), '200 OK');
});

test('listchecker: white and black lists of strings', () => {
  const check = (config: Partial<ListCheckerConfig>, app: string) =>
    shown(
      policyWith(
        new TestEnvironment(),
        { 'l.listchecker.shop': { ...LIST, ...config } },
        { 's.listentry.shop': SOURCE },
        [rule('l.listchecker.shop', ['s.listentry.shop'])],
      ).check(request(app)),
    );
  assert.equal(check({}, 'customer'), '404 NOT_FOUND:l.listchecker.shop:customer is not whitelisted');
  assert.equal(check({}, 'recommendation'), '200 OK');
  assert.equal(
    check({ blacklist: true }, 'recommendation'),
    '403 PERMISSION_DENIED:l.listchecker.shop:recommendation is blacklisted',
  );
  assert.equal(check({}, 'Recommendation').slice(0, 3), '404');
  assert.equal(check({ entryType: 'CASE_INSENSITIVE_STRINGS' }, 'RECOMMENDATION'), '200 OK');
  assert.equal(check({ entryType: 'REGEX', overrides: ['^rec.*n$', 'x+'] }, 'recon'), '200 OK');
  assert.equal(check({ entryType: 'REGEX', overrides: ['^a$'] }, 'ba').slice(0, 3), '404');
  const ips = { entryType: 'IP_ADDRESSES', overrides: ['10.57.0.0/16', '192.168.1.1', '2001:db8::/32'] } as const;
  assert.equal(check(ips, '10.57.9.9'), '200 OK');
  assert.equal(check(ips, '::ffff:10.57.9.9'), '200 OK');
  assert.equal(check(ips, '192.168.1.2').slice(0, 3), '404');
  assert.equal(check(ips, '2001:db8:1::5'), '200 OK');
  assert.equal(check(ips, 'home'), '400 INVALID_ARGUMENT:l.listchecker.shop:home is not a valid IP address');
});

test('a caller without the label is not in the list; one whose labels are unknown is not asked about', () => {
  const policy = policyWith(new TestEnvironment(), { 'l.listchecker.shop': LIST }, { 's.listentry.shop': SOURCE }, [
    rule('l.listchecker.shop', ['s.listentry.shop']),
  ]);
  const service = { 'destination.service': 'preference.shop.svc.cluster.local' };
  assert.equal(
    shown(policy.check(bag({ ...service, 'source.labels': {} }))),
    '404 NOT_FOUND:l.listchecker.shop: is not whitelisted',
  );
  assert.equal(shown(policy.check(bag(service))), '200 OK');
});

test('an instance that cannot be made is not sent, and a match that fails does not apply', () => {
  const environment = new TestEnvironment();
  const policy = policyWith(
    environment,
    { 'l.listchecker.shop': LIST, 'd.denier.shop': DENIER },
    { 's.listentry.shop': { template: 'listentry', value: 'source.user' }, 'n.checknothing.shop': NOTHING },
    [
      rule('l.listchecker.shop', ['s.listentry.shop']),
      rule('d.denier.shop', ['n.checknothing.shop'], { match: 'source.user == "x"' }),
    ],
  );
  assert.equal(shown(policy.check(request('customer'))), '200 OK');
});

test('rules hold for the services of their namespace, those of the root namespace for all', () => {
  const policy = policyWith(
    new TestEnvironment(),
    { 'd.denier.shop': DENIER, 'root.denier.istio-system': { adapter: 'denier', code: 9, message: '' } },
    { 'n.checknothing.shop': NOTHING },
    [
      rule('root.denier.istio-system', ['n.checknothing.shop'], {
        namespace: 'istio-system',
        match: 'source.labels["app"] == "bad"',
      }),
      rule('d.denier.shop', ['n.checknothing.shop']),
    ],
  );
  assert.equal(shown(policy.check(request('x', 'a.other.svc.cluster.local'))), '200 OK');
  assert.equal(
    shown(policy.check(request('bad', 'a.other.svc.cluster.local'))),
    '400 FAILED_PRECONDITION:root.denier.istio-system:',
  );
  assert.equal(
    shown(policy.check(request('bad'))),
    '400 FAILED_PRECONDITION:root.denier.istio-system:, d.denier.shop:Not allowed',
    'refusals join: the first code, all messages',
  );
});

test('rules with the label istio-protocol: tcp are for tcp, the others for the rest', () => {
  const policy = policyWith(new TestEnvironment(), { 'd.denier.shop': DENIER }, { 'n.checknothing.shop': NOTHING }, [
    rule('d.denier.shop', ['n.checknothing.shop'], { protocol: 'tcp' }),
  ]);
  assert.equal(shown(policy.check(request('x'))), '200 OK');
  const tcp = bag({ 'destination.service': 'a.shop.svc', 'context.protocol': 'tcp' });
  assert.equal(shown(policy.check(tcp)).slice(0, 3), '403');
});

test('a provider is read at once, again after each interval, and too old a list is given up', async () => {
  const environment = new TestEnvironment();
  environment.list = 'customer\n';
  const settled = async () => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  const policy = policyWith(
    environment,
    { 'l.listchecker.shop': { ...LIST, providerUrl: 'http://lists/a', ttl_ms: 120_000 } },
    { 's.listentry.shop': SOURCE },
    [rule('l.listchecker.shop', ['s.listentry.shop'])],
  );
  const first = policy.check(request('customer'));
  assert(first instanceof Promise, 'the first check waits for the list');
  assert.equal(shown(await first), '200 OK');
  assert.equal(shown(policy.check(request('recommendation'))), '200 OK', 'overrides are in the list too');
  environment.list = 'other\n';
  environment.clock.advance(60_000);
  await settled();
  assert.equal(shown(policy.check(request('customer'))).slice(0, 3), '404');
  environment.list = new Error('503');
  environment.clock.advance(60_000);
  await settled();
  assert.equal(shown(policy.check(request('customer'))).slice(0, 3), '404', 'the last list holds for a while');
  environment.clock.advance(60_000);
  await settled();
  assert.equal(shown(policy.check(request('customer'))), '200 OK');
  assert(environment.warnings.some((line) => line.includes('could not fetch list from http://lists/a: 503')));
  policy.close();
  assert.equal(environment.clock.pendingTimers, 0);
});

test('what cannot be compiled is left out, and the rest holds', () => {
  const environment = new TestEnvironment();
  const policy = policyWith(environment, { 'd.denier.shop': DENIER }, { 'n.checknothing.shop': NOTHING }, [
    rule('d.denier.shop', ['n.checknothing.shop'], { match: 'nonsense' }),
    rule('gone.denier.shop', ['n.checknothing.shop']),
    rule('d.denier.shop', ['gone.checknothing.shop', 'n.checknothing.shop']),
  ]);
  assert.equal(shown(policy.check(request('x'))).slice(0, 3), '403');
  assert.equal(environment.warnings.length, 3);
});

test('what each rule does with a request can be asked', async () => {
  const policy = policyWith(
    new TestEnvironment(),
    { 'd.denier.shop': DENIER, 'l.listchecker.shop': LIST },
    { 'n.checknothing.shop': NOTHING, 's.listentry.shop': { template: 'listentry', value: 'source.user' } },
    [
      rule('d.denier.shop', ['n.checknothing.shop'], { name: 'a', match: 'source.labels["app"] == "other"' }),
      rule('d.denier.shop', ['n.checknothing.shop'], { name: 'b', match: 'source.user == "x"' }),
      rule('d.denier.shop', ['n.checknothing.shop'], { name: 'c' }),
      rule('d.denier.shop', ['n.checknothing.shop'], { name: 'd', protocol: 'tcp' }),
      rule('l.listchecker.shop', ['s.listentry.shop'], { name: 'e' }),
    ],
  );
  const explained = await policy.explain(request('customer'));
  assert.deepEqual(
    explained.map(({ rule: name, outcome, why, verdicts }) => [name, outcome, why, verdicts]),
    [
      ['shop/a', 'does not match', '', []],
      ['shop/b', 'fails', "lookup failed: 'source.user'", []],
      ['shop/c', 'applies', '', [{ code: 7, message: 'd.denier.shop:Not allowed' }]],
      ['shop/d', 'is for another protocol', '', []],
      ['shop/e', 'applies', '', ["lookup failed: 'source.user'"]],
    ],
  );
});
