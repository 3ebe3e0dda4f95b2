import assert from 'node:assert/strict';
import test from 'node:test';
import { ClusterZone } from './cluster-zone.js';
import { DATABASE, directoryOf, OUTSIDE, REVIEWS } from './testing.js';

const EMPTY = { ...DATABASE, name: 'empty', endpoints: [] };
const zone = new ClusterZone(directoryOf(REVIEWS, DATABASE, OUTSIDE, EMPTY));

function data(name: string, type: string): unknown {
  const answer = zone.answer(name, type);
  return answer?.kind === 'records'
    ? answer.answers.map((each) => ('data' in each ? each.data : undefined))
    : answer?.kind;
}

test('a service is its cluster IP; other types have no data', () => {
  assert.deepEqual(data('reviews.default.svc.cluster.local', 'A'), ['10.96.3.4']);
  assert.equal(data('reviews.default.svc.cluster.local', 'AAAA'), 'no-data');
});

test('a headless service is all its pods, and each by its own name', () => {
  assert.deepEqual(data('db.data.svc.cluster.local', 'A'), ['10.244.0.7', '10.244.0.8']);
  assert.deepEqual(data('db-0.db.data.svc.cluster.local', 'A'), ['10.244.0.7']);
  assert.deepEqual(data('10-244-0-8.db.data.svc.cluster.local', 'A'), ['10.244.0.8']);
  assert.equal(data('db-9.db.data.svc.cluster.local', 'A'), 'no-name');
  assert.equal(data('empty.data.svc.cluster.local', 'A'), 'no-name');
});

test('named ports have SRV records', () => {
  assert.deepEqual(data('_http._tcp.reviews.default.svc.cluster.local', 'SRV'), [
    { priority: 0, weight: 100, port: 9080, target: 'reviews.default.svc.cluster.local' },
  ]);
  const targets = data('_mysql._tcp.db.data.svc.cluster.local', 'SRV') as { target: string }[];
  assert.deepEqual(
    targets.map(({ target }) => target),
    ['db-0.db.data.svc.cluster.local', '10-244-0-8.db.data.svc.cluster.local'],
  );
  assert.equal(data('_grpc._tcp.reviews.default.svc.cluster.local', 'SRV'), 'no-name');
});

test('an external name is an alias that leads out', () => {
  const answer = zone.answer('outside.default.svc.cluster.local', 'A');
  assert.equal(answer?.kind === 'records' && answer.alias, 'api.example.org');
  assert.deepEqual(data('outside.default.svc.cluster.local', 'CNAME'), ['api.example.org']);
});

test('names inside the zone that nobody has do not exist; those above others have no data', () => {
  assert.equal(data('nobody.default.svc.cluster.local', 'A'), 'no-name');
  assert.equal(data('reviews.nowhere.svc.cluster.local', 'A'), 'no-name');
  assert.equal(data('default.svc.cluster.local', 'A'), 'no-data');
  assert.equal(data('nowhere.svc.cluster.local', 'A'), 'no-name');
  assert.equal(data('cluster.local', 'A'), 'no-data');
  assert.equal(data('www.example.org', 'A'), undefined);
  assert.equal(data('notcluster.local', 'A'), undefined);
});

test('the zone says who it is', () => {
  assert.deepEqual(data('cluster.local', 'NS'), ['ns.dns.cluster.local']);
  assert.equal((data('cluster.local', 'SOA') as { mname: string }[])[0]?.mname, 'ns.dns.cluster.local');
  assert.deepEqual(data('dns-version.cluster.local', 'TXT'), ['1.1.0']);
  assert.equal(data('dns-version.cluster.local', 'A'), 'no-data');
});

test('a pod is found by its address, a cluster IP and a pod of a service by their reverse names', () => {
  assert.deepEqual(data('10-244-0-5.default.pod.cluster.local', 'A'), ['10.244.0.5']);
  assert.equal(data('x.default.pod.cluster.local', 'A'), 'no-name');
  assert.deepEqual(data('4.3.96.10.in-addr.arpa', 'PTR'), ['reviews.default.svc.cluster.local']);
  assert.deepEqual(data('7.0.244.10.in-addr.arpa', 'PTR'), ['db-0.db.data.svc.cluster.local']);
  assert.deepEqual(data('8.0.244.10.in-addr.arpa', 'PTR'), ['10-244-0-8.db.data.svc.cluster.local']);
  assert.equal(data('8.8.8.8.in-addr.arpa', 'PTR'), undefined);
});
