import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StatusError } from '../status-error.js';
import { decodeProtobuf } from './decode.js';

/** Builders of wire-format fields. */
function block(number: number, ...parts: (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([number * 8 + 2]), varint(body.length), body]);
}

function number(field: number, value: number): Buffer {
  return Buffer.concat([Buffer.from([field * 8]), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function envelope(apiVersion: string, kind: string, raw: Buffer): Buffer {
  return Buffer.concat([Buffer.from('k8s\0'), block(1, block(1, apiVersion), block(2, kind)), block(2, raw)]);
}

test('a namespace as kubectl creates it: empty fields that Go writes are absent', () => {
  // Captured from `kubectl create namespace shop`.
  const hex =
    '6b3873000a0f0a02763112094e616d657370616365121c0a140a0473686f7012001a002200' +
    '2a00320038004200' +
    '12001a020a001a002200';
  assert.deepEqual(decodeProtobuf(Buffer.from(hex, 'hex')), {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop' },
  });
});

test('maps, lists, pointers, inline structs and special types', () => {
  const container = block(
    2,
    block(1, 'c'),
    block(2, 'image'),
    block(3, 'sh'),
    block(3, '-c'),
    block(6, number(2, 0), number(3, 80)),
    block(8, block(1, block(1, 'cpu'), block(2, block(1, '500m')))),
    block(10, block(1, block(2, block(1, '/live'), block(2, number(1, 1), block(3, 'web')))), number(2, 5)),
  );
  const spec = block(3, block(2, container, number(4, 0)));
  const deployment = Buffer.concat([
    block(1, block(1, 'd'), block(8, number(1, 1700000000)), block(11, block(1, 'app'), block(2, 'd'))),
    block(2, number(1, 0), block(2, block(1, block(1, 'app'), block(2, 'd'))), spec, number(5, 0)),
  ]);
  assert.deepEqual(decodeProtobuf(envelope('apps/v1', 'Deployment', deployment)), {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd', creationTimestamp: '2023-11-14T22:13:20Z', labels: { app: 'd' } },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'd' } },
      template: {
        spec: {
          containers: [
            {
              name: 'c',
              image: 'image',
              command: ['sh', '-c'],
              ports: [{ containerPort: 80 }],
              resources: { limits: { cpu: '500m' } },
              livenessProbe: { httpGet: { path: '/live', port: 'web' }, initialDelaySeconds: 5 },
            },
          ],
          terminationGracePeriodSeconds: 0,
        },
      },
    },
  });
});

test('bytes become base64', () => {
  const secret = Buffer.concat([block(1, block(1, 's')), block(2, block(1, 'k'), block(2, 'value'))]);
  assert.deepEqual(decodeProtobuf(envelope('v1', 'Secret', secret))['data'], { k: 'dmFsdWU=' });
});

test('an unknown kind is unsupported, broken bytes are a bad request', () => {
  assert.throws(() => decodeProtobuf(envelope('x/v1', 'Thing', Buffer.alloc(0))), { code: 'UnsupportedMediaType' });
  assert.throws(() => decodeProtobuf(Buffer.from('{}')), { code: 'BadRequest' });
  assert.throws(() => decodeProtobuf(Buffer.from('k8s\0\x0a\x7f')), { code: 'BadRequest' });
});

test('no bytes crash the decoder', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decodeProtobuf(envelope('v1', 'Pod', Buffer.from(bytes)));
      } catch (error) {
        assert.ok(error instanceof StatusError);
      }
    }),
  );
});
