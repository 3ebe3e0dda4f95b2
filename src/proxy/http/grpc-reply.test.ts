import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeaderMap } from '../../wire/http1/index.js';
import { isGrpc, makeGrpcReply, statusOfHttp } from './grpc-reply.js';

test('content types of gRPC', () => {
  for (const type of ['application/grpc', 'application/grpc+proto']) assert.equal(isGrpc(type), true, type);
  for (const type of [undefined, 'application/grpc-web', 'text/plain']) assert.equal(isGrpc(type), false, type);
});

test('HTTP statuses have their gRPC status', () => {
  assert.deepEqual([400, 401, 403, 404, 429, 503, 500, 413].map(statusOfHttp), [13, 16, 7, 12, 14, 14, 2, 2]);
});

test('a reply to gRPC has its message in a header, encoded', () => {
  const headers = new HeaderMap();
  headers.add('content-length', '9');
  headers.add('content-type', 'text/plain');
  makeGrpcReply(headers, 14, '50% \xe4\n');
  assert.equal(headers.get('grpc-message'), '50%25 %E4%0A');
  assert.equal(headers.get('grpc-status'), '14');
  assert.equal(headers.get('content-type'), 'application/grpc');
  assert.equal(headers.has('content-length'), false);
});
