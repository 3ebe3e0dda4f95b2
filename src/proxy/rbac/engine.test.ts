import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromJson, type JsonObject } from '@bufbuild/protobuf';
import { HeaderMap } from '../../wire/http1/index.js';
import { RBACSchema } from '../../xds/types/gen/envoy/config/rbac/v3/rbac_pb.js';
import { ConfigError } from '../errors.js';
import { ConnectionInfo, StreamInfo } from '../http/stream-info.js';
import { denialDetails, RbacEngine } from './engine.js';

function request(path: string, headers: Readonly<Record<string, string>> = {}): StreamInfo {
  const info = new StreamInfo(new ConnectionInfo('10.1.2.3', 4000, '10.9.9.9', 8080), '');
  info.method = 'GET';
  info.path = path;
  info.headers = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) info.headers.add(name, value);
  return info;
}

function engine(config: JsonObject): RbacEngine {
  return new RbacEngine(fromJson(RBACSchema, config), 'rules');
}

const ANY = [{ any: true }];

function permits(permission: JsonObject, info: StreamInfo): boolean {
  return engine({ policies: { p: { permissions: [permission], principals: ANY } } }).decide(info).allowed;
}

function means(principal: JsonObject, info: StreamInfo): boolean {
  return engine({ policies: { p: { permissions: ANY, principals: [principal] } } }).decide(info).allowed;
}

test('the action decides what a matching policy means; the first by name is told', () => {
  const policies = {
    b: { permissions: ANY, principals: ANY },
    'a b': { permissions: [{ urlPath: { path: { exact: '/a' } } }], principals: ANY },
  };
  const allow = engine({ action: 'ALLOW', policies });
  assert.deepEqual(allow.decide(request('/a?b')), { allowed: true, policy: 'a b' });
  assert.deepEqual(allow.decide(request('/c')), { allowed: true, policy: 'b' });
  const deny = engine({ action: 'DENY', policies });
  assert.equal(denialDetails(deny.decide(request('/a'))), 'rbac_access_denied_matched_policy[a_b]');
  assert.deepEqual(engine({ action: 'ALLOW' }).decide(request('/')), { allowed: false, policy: undefined });
  assert.deepEqual(engine({ action: 'DENY' }).decide(request('/')), { allowed: true, policy: undefined });
  assert.equal(engine({ action: 'LOG', policies }).decide(request('/')).allowed, true);
  assert.equal(denialDetails({ allowed: false, policy: undefined }), 'rbac_access_denied_matched_policy[none]');
});

test('every kind of permission', () => {
  const info = request('/path?q', { 'x-a': '1' });
  info.connection.requestedServerName = 'host.example';
  info.metadata.set('ns', { a: { b: [1, 'two'] } });
  const two = { listMatch: { oneOf: { stringMatch: { exact: 'two' } } } };
  const yes: JsonObject[] = [
    { any: true },
    { andRules: { rules: [{ any: true }, { destinationPort: 8080 }] } },
    { orRules: { rules: [{ destinationPort: 1 }, { destinationIp: { addressPrefix: '10.9.0.0', prefixLen: 16 } }] } },
    { notRule: { destinationPort: 1 } },
    { header: { name: 'x-a', exactMatch: '1' } },
    { destinationPortRange: { start: 8080, end: 8081 } },
    { requestedServerName: { suffix: '.example' } },
    { metadata: { filter: 'ns', path: [{ key: 'a' }, { key: 'b' }], value: two } },
    { metadata: { filter: 'ns', path: [{ key: 'c' }], value: { presentMatch: true }, invert: true } },
  ];
  for (const permission of yes) assert.equal(permits(permission, info), true, JSON.stringify(permission));
  const no: JsonObject[] = [
    { destinationPortRange: { start: 8000, end: 8080 } },
    { destinationIp: { addressPrefix: '10.9.9.8', prefixLen: 32 } },
    { header: { name: 'x-b', exactMatch: '1' } },
    { urlPath: { path: { exact: '/path?q' } } },
    { metadata: { filter: 'other', path: [{ key: 'a' }], value: { presentMatch: true } } },
  ];
  for (const permission of no) assert.equal(permits(permission, info), false, JSON.stringify(permission));
});

test('every kind of principal', () => {
  const info = request('/path', { 'x-a': '1' });
  const yes: JsonObject[] = [
    { andIds: { ids: [{ any: true }, { remoteIp: { addressPrefix: '10.0.0.0', prefixLen: 8 } }] } },
    { orIds: { ids: [{ notId: { any: true } }, { sourceIp: { addressPrefix: '10.1.2.3', prefixLen: 32 } }] } },
    { directRemoteIp: { addressPrefix: '0.0.0.0' } },
    { header: { name: ':method', exactMatch: 'GET' } },
    { urlPath: { path: { prefix: '/pa' } } },
    { notId: { authenticated: {} } },
    { notId: { authenticated: { principalName: { exact: 'spiffe://a/b' } } } },
  ];
  for (const principal of yes) assert.equal(means(principal, info), true, JSON.stringify(principal));
  assert.equal(means({ remoteIp: { addressPrefix: 'fe80::', prefixLen: 10 } }, info), false);
});

test('a rule that cannot be used is refused with its path', () => {
  const broken = {
    policies: { p: { permissions: [{ urlPath: { path: { safeRegex: { regex: '(' } } } }], principals: ANY } },
  };
  assert.throws(
    () => engine(broken),
    (error) =>
      error instanceof ConfigError && error.path === 'rules.policies[p].permissions[0].url_path.path.safe_regex.regex',
  );
  const address = { policies: { p: { permissions: ANY, principals: [{ remoteIp: { addressPrefix: 'x' } }] } } };
  assert.throws(
    () => engine(address),
    /policies\[p\]\.principals\[0\]\.remote_ip\.address_prefix: "x" is not an IP address/,
  );
});
