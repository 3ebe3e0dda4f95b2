import assert from 'node:assert/strict';
import { test } from 'node:test';
import { protocolOf } from './protocol.js';

const NAMES: readonly [name: string | undefined, expected: string][] = [
  ['http', 'http'],
  ['http-admin', 'http'],
  ['HTTP2-x', 'http2'],
  ['grpc-web', 'http'],
  ['grpc-web-x', 'http'],
  ['grpc', 'http2'],
  ['https', 'tls'],
  ['tls-x', 'tls'],
  ['mongo-1', 'tcp'],
  ['mysql', 'tcp'],
  ['redis', 'tcp'],
  ['web', 'auto'],
  ['httpx', 'auto'],
  ['constructor', 'auto'],
  [undefined, 'auto'],
];

test('a port is what its name says before the first dash; what says nothing is sniffed', () => {
  for (const [name, expected] of NAMES) assert.equal(protocolOf(name, undefined, 8080), expected, name);
});

test('appProtocol comes before the name, in the words of Istio and of Kubernetes', () => {
  const of = (appProtocol: string): string => protocolOf('http', appProtocol, 8080);
  assert.deepEqual(['tcp', 'grpc', 'https', 'GRPC-Web'].map(of), ['tcp', 'http2', 'tls', 'http']);
  assert.deepEqual(['kubernetes.io/h2c', 'kubernetes.io/ws', 'kubernetes.io/wss'].map(of), ['http2', 'http', 'tls']);
  assert.equal(of('example.com/own'), 'auto');
});

test('ports on which servers speak first are not sniffed', () => {
  assert.deepEqual(
    [25, 53, 3306, 27_017].map((port) => protocolOf('db', undefined, port)),
    ['tcp', 'tcp', 'tcp', 'tcp'],
  );
  assert.equal(protocolOf('http', undefined, 3306), 'http');
});
