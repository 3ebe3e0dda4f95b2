import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { HeaderMap } from '../../wire/http1/index.js';
import {
  type UpstreamHttpProtocolOptions,
  UpstreamHttpProtocolOptionsSchema,
} from '../../xds/types/gen/envoy/config/core/v3/protocol_pb.js';
import { compileServerIdentity, type ServerIdentity } from './server-identity.js';

function identity(config: Partial<UpstreamHttpProtocolOptions>, host: string, named?: string): ServerIdentity {
  const headers = new HeaderMap();
  if (named !== undefined) headers.add('x-name', named);
  const { autoSni = true, autoSanValidation = true, overrideAutoSniHeader = '' } = config;
  const message = create(UpstreamHttpProtocolOptionsSchema, { autoSni, autoSanValidation, overrideAutoSniHeader });
  return compileServerIdentity(message)!({ method: 'GET', path: '/', host, scheme: 'https', headers });
}

test('a request names its server by its host, without the port; an address is no server name', () => {
  assert.deepEqual(identity({}, 'a.example:443'), { serverName: 'a.example', altName: 'a.example' });
  assert.deepEqual(identity({}, '192.0.2.1:443'), { serverName: '', altName: '192.0.2.1' });
  assert.deepEqual(identity({}, '[2001:db8::1]:443'), { serverName: '', altName: '2001:db8::1' });
  assert.deepEqual(identity({ autoSanValidation: false }, 'a'), { serverName: 'a', altName: '' });
  assert.deepEqual(identity({ autoSni: false }, 'a'), { serverName: '', altName: 'a' });
});

test('a header may name it instead, where the request has it', () => {
  const config = { overrideAutoSniHeader: 'X-Name' };
  assert.equal(identity(config, 'a', 'b.example').serverName, 'b.example');
  assert.equal(identity(config, 'a').serverName, 'a');
  assert.equal(identity({ overrideAutoSniHeader: ':authority' }, 'a').serverName, 'a');
});

test('without either option requests name nobody', () => {
  assert.equal(compileServerIdentity(undefined), undefined);
  assert.equal(compileServerIdentity(create(UpstreamHttpProtocolOptionsSchema)), undefined);
});
