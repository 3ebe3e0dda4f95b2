import assert from 'node:assert/strict';
import { test } from 'node:test';
import { validateDestinationRule } from './validate.js';

/** `field: message` of each error, of a rule whose trafficPolicy is this. */
function complaints(trafficPolicy: unknown, more: object = {}): string[] {
  const metadata = { name: 'cart', namespace: 'shop' };
  const spec = { host: 'cart', trafficPolicy, ...more };
  const object = { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule', metadata, spec };
  return validateDestinationRule(object).map(({ field, message }) => `${field}: ${message}`);
}

const hash = (consistentHash: object) => complaints({ loadBalancer: { consistentHash } });
const locality = (localityLbSetting: object) => complaints({ loadBalancer: { localityLbSetting } });
const tls = (settings: object) => complaints({ tls: settings });
const LB = 'spec.trafficPolicy.loadBalancer';

test('a policy says something, for the whole service as for a port', () => {
  assert.match(complaints({})[0]!, /^spec\.trafficPolicy: Required value: at least one of loadBalancer, /);
  assert.match(
    complaints({ portLevelSettings: [{ port: { number: 80 } }] })[0]!,
    /^spec\.trafficPolicy\.portLevelSettings\[0\]: Required value: at least one of/,
  );
  assert.deepEqual(complaints({ connectionPool: {} }), [
    'spec.trafficPolicy.connectionPool: Required value: at least one of tcp and http',
  ]);
});

test('consistent hash: one key and one table, within Envoy’s limits', () => {
  assert.deepEqual(hash({ httpHeaderName: 'x-user', ringHash: { minimumRingSize: 8_388_608 } }), []);
  assert.deepEqual(hash({ ringHash: { minimumRingSize: 8_388_609 } }), [
    `${LB}.consistentHash.ringHash.minimumRingSize: Invalid value: 8388609: must be between 0 and 8388608`,
  ]);
  assert.deepEqual(hash({ useSourceIp: true, maglev: { tableSize: 65_537 } }), []);
  assert.deepEqual(hash({ useSourceIp: true, maglev: { tableSize: 65_536 } }), [
    `${LB}.consistentHash.maglev.tableSize: Invalid value: 65536: must be a prime number`,
  ]);
  assert.deepEqual(hash({ useSourceIp: true, maglev: { tableSize: 5_000_011 } }), [
    `${LB}.consistentHash.maglev.tableSize: Invalid value: 5000011: must be less than 5000011`,
  ]);
  assert.match(hash({ httpHeaderName: 'a', useSourceIp: true })[0]!, /must have only one of httpHeaderName/);
  assert.deepEqual(hash({ httpCookie: { name: '', ttl: '0s' } }), [
    `${LB}.consistentHash.httpCookie.name: Required value: the name of the cookie`,
  ]);
  assert.deepEqual(complaints({ loadBalancer: { simple: 'RANDOM', consistentHash: { useSourceIp: true } } }), [
    `${LB}.consistentHash: Forbidden: may not be set together with simple`,
  ]);
});

test('localities: shares add up, regions fail over to others', () => {
  const at = `${LB}.localityLbSetting`;
  assert.deepEqual(locality({ distribute: [{ from: 'a/b/*', to: { 'a/b': 70, 'c/*': 30 } }] }), []);
  assert.deepEqual(locality({ distribute: [{ from: 'a', to: { a: 70 } }] }), [
    `${at}.distribute[0].to: Invalid value: {"a":70}: the weights must add up to 100, not 70`,
  ]);
  assert.match(
    locality({
      distribute: [
        { from: 'a/*', to: { a: 100 } },
        { from: 'a/b', to: { a: 100 } },
      ],
    })[0]!,
    /distribute\[1\]\.from: .*overlaps with another locality/,
  );
  assert.match(locality({ distribute: [{ from: 'a*', to: { a: 100 } }] })[0]!, /'\*' may stand only for/);
  assert.deepEqual(locality({ failover: [{ from: 'a', to: 'a' }] }), [
    `${at}.failover[0].to: Invalid value: "a": must be another region than from`,
  ]);
  assert.match(locality({ failover: [{ from: 'a/b', to: 'c' }] })[0]!, /must be a region alone/);
  assert.match(
    locality({ failover: [{ from: 'a', to: 'c' }], failoverPriority: ['topology.kubernetes.io/zone'] })[0]!,
    /failoverPriority\[0\]: .*may not be a topology label together with failover/,
  );
});

test('TLS: a client certificate has its key, and comes from files or from a Secret', () => {
  assert.deepEqual(tls({ mode: 'SIMPLE', caCertificates: '/etc/ca.pem', sni: 'api' }), []);
  assert.deepEqual(tls({ mode: 'MUTUAL', clientCertificate: '/etc/tls.crt' }), [
    'spec.trafficPolicy.tls.privateKey: Required value: a file, or credentialName',
  ]);
  assert.deepEqual(tls({ mode: 'SIMPLE', insecureSkipVerify: true, subjectAltNames: ['a'] }), [
    'spec.trafficPolicy.tls.subjectAltNames: Forbidden: may not be set together with insecureSkipVerify',
  ]);
  assert.match(tls({ mode: 'ISTIO_MUTUAL' })[0]!, /"ISTIO_MUTUAL" is not supported yet/);
});

test('connection pool and outlier detection: what belongs together', () => {
  assert.deepEqual(complaints({ connectionPool: { http: { http2KeepAlive: { interval: '5s' } } } }), [
    'spec.trafficPolicy.connectionPool.http.http2KeepAlive.timeout: Required value: a duration, for example 30s',
  ]);
  assert.deepEqual(complaints({ connectionPool: { http: { h2UpgradePolicy: 'UPGRADE', useClientProtocol: true } } }), [
    'spec.trafficPolicy.connectionPool.http.useClientProtocol: Invalid value: true: must not be true when h2UpgradePolicy is UPGRADE',
  ]);
  assert.deepEqual(complaints({ outlierDetection: { consecutiveLocalOriginFailures: 3 } }), [
    'spec.trafficPolicy.outlierDetection.consecutiveLocalOriginFailures: Invalid value: 3: needs splitExternalLocalOriginErrors: true',
  ]);
  assert.deepEqual(complaints({ connectionPool: { tcp: { idleTimeout: '0s', connectTimeout: '0s' } } }), [
    'spec.trafficPolicy.connectionPool.tcp.connectTimeout: Invalid value: "0s": must be at least 1ms',
  ]);
});

test('a rule for some callers stays in its namespace', () => {
  const workloadSelector = { matchLabels: { app: 'front' } };
  const policy = { loadBalancer: { simple: 'RANDOM' } };
  assert.deepEqual(complaints(policy, { workloadSelector, exportTo: ['.'] }), []);
  assert.deepEqual(complaints(policy, { workloadSelector, exportTo: ['shop'] }), []);
  assert.match(complaints(policy, { workloadSelector, exportTo: ['*'] })[0]!, /^spec\.exportTo: /);
  assert.match(complaints(policy, { workloadSelector: { matchLabels: { app: '*' } } })[0]!, /wildcard '\*'/);
});
