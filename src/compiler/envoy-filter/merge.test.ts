import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import { ClusterSchema } from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { BufferSchema } from '../../xds/types/gen/envoy/extensions/filters/http/buffer/v3/buffer_pb.js';
import { anyOf } from '../xds/resource.js';
import { mergedAny, mergeInto } from './merge.js';

function merged(target: JsonValue, source: JsonValue): JsonValue {
  const message = fromJson(ClusterSchema, target);
  mergeInto(ClusterSchema, message, fromJson(ClusterSchema, source));
  return toJson(ClusterSchema, message);
}

test('merge: what is set replaces, what is not stays', () => {
  assert.deepEqual(merged({ name: 'a', lbPolicy: 'RANDOM' }, { lbPolicy: 'MAGLEV' }), {
    name: 'a',
    lbPolicy: 'MAGLEV',
  });
});

test('merge: lists grow and messages are merged', () => {
  const target = { circuitBreakers: { thresholds: [{ maxRequests: 1 }] } };
  const source = { circuitBreakers: { thresholds: [{ maxRetries: 2 }], perHostThresholds: [{ maxConnections: 3 }] } };
  assert.deepEqual(merged(target, source), {
    circuitBreakers: {
      thresholds: [{ maxRequests: 1 }, { maxRetries: 2 }],
      perHostThresholds: [{ maxConnections: 3 }],
    },
  });
});

test('merge: a duration is replaced whole, a wrapper by what is not zero', () => {
  assert.deepEqual(merged({ connectTimeout: '1.5s' }, { connectTimeout: '2s' }), { connectTimeout: '2s' });
  const limits = (perConnectionBufferLimitBytes: number) => ({ perConnectionBufferLimitBytes });
  assert.deepEqual(merged(limits(5), limits(7)), limits(7));
  assert.deepEqual(merged(limits(5), limits(0)), limits(5));
});

test('merge: entries of maps are replaced, others stay', () => {
  const metadata = (fields: JsonValue) => ({ metadata: { filterMetadata: fields } });
  assert.deepEqual(
    merged(metadata({ a: { x: 1, y: 2 }, b: { z: 3 } }), metadata({ a: { x: 9 } })),
    metadata({ a: { x: 9 }, b: { z: 3 } }),
  );
});

test('merge: the other member of a oneof takes its place', () => {
  const target = { name: 'a', ringHashLbConfig: { minimumRingSize: '5' } };
  assert.deepEqual(merged(target, { maglevLbConfig: {} }), { name: 'a', maglevLbConfig: {} });
});

test('merge: the source stays what it is', () => {
  const source = fromJson(ClusterSchema, { circuitBreakers: { thresholds: [{ maxRequests: 1 }] } });
  const [first, second] = [create(ClusterSchema), create(ClusterSchema)];
  mergeInto(ClusterSchema, first, source);
  first.circuitBreakers!.thresholds[0]!.maxRequests = 9;
  mergeInto(ClusterSchema, second, source);
  assert.equal(second.circuitBreakers?.thresholds[0]?.maxRequests, 1);
});

test('merge: what stands in an Any is merged; one that is not known stays', () => {
  const [target, source] = [{ maxRequestBytes: 5 }, { maxRequestBytes: 8 }].map((each) => anyOf(BufferSchema, each));
  assert.deepEqual(mergedAny(target!, source!), anyOf(BufferSchema, { maxRequestBytes: 8 }));
  assert.equal(mergedAny(create(AnySchema, { typeUrl: 'type.googleapis.com/example.Own' }), source!), undefined);
});
