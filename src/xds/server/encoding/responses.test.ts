import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { DeltaDiscoveryResponseSchema } from '../../types/gen/envoy/service/discovery/v3/discovery_pb.js';
import { FrameReader } from '../grpc/frames.js';
import { TYPE_URL, type XdsResource } from '../source.js';
import { deltaResponse } from './responses.js';

const resource = (name: string, size: number): XdsResource => ({
  name,
  version: `v-${size}`,
  body: new Uint8Array(size).fill(7),
});

test('delta responses: what is written by hand is what protobuf reads', () => {
  const changed = [
    resource('a', 0),
    resource('b|ü', 1),
    resource('c', 127),
    resource('d', 20_000),
    resource('e', 300_000),
  ];
  const push = { typeUrl: TYPE_URL.cluster, changed, removed: ['x', 'y'] };
  for (const nonce of ['1', '2']) {
    const [message] = new FrameReader(1_000_000).push(Buffer.from(deltaResponse(push, nonce)));
    const read = fromBinary(DeltaDiscoveryResponseSchema, message!);
    assert.equal(read.nonce, nonce);
    assert.equal(read.typeUrl, TYPE_URL.cluster);
    assert.deepEqual(read.removedResources, ['x', 'y']);
    assert.deepEqual(
      read.resources.map(({ name, version, resource: any }) => [name, version, any?.typeUrl, any?.value.length]),
      changed.map(({ name, version, body }) => [name, version, TYPE_URL.cluster, body.length]),
    );
  }
});
